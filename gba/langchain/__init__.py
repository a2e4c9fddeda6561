"""gba in LangChain: the chat model, embeddings, LangChain's agent around it, and what records the runs of any agent."""

from gba.langchain.agent import create_agent
from gba.langchain.chat_model import ChatLlamaCpp
from gba.langchain.embeddings import LlamaCppEmbeddings
from gba.langchain.record_runs import RecordRuns

__all__ = ["ChatLlamaCpp", "LlamaCppEmbeddings", "RecordRuns", "create_agent"]
