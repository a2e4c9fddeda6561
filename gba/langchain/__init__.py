"""gba in LangChain: the chat model, and LangChain's agent around it."""

from gba.langchain.agent import create_agent
from gba.langchain.chat_model import ChatLlamaCpp

__all__ = ["ChatLlamaCpp", "create_agent"]
