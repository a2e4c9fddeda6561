"""What LangChain and its agents are told that a model can do."""

from __future__ import annotations

from langchain_core.language_models.model_profile import ModelProfile

__all__ = ["profile"]


def profile(context: int | None) -> ModelProfile:
    """The profile of any text model under gba; ``context`` in tokens, where it is known.

    ``structured_output`` makes LangChain's agent hand a response schema to the model itself, so that each turn is a
    call or the final object by one choice.
    """
    known = ModelProfile(
        text_inputs=True,
        image_inputs=False,
        image_url_inputs=False,
        pdf_inputs=False,
        audio_inputs=False,
        video_inputs=False,
        image_tool_message=False,
        pdf_tool_message=False,
        text_outputs=True,
        image_outputs=False,
        audio_outputs=False,
        video_outputs=False,
        reasoning_output=True,
        tool_calling=True,
        tool_choice=True,
        tool_call_streaming=True,
        structured_output=True,
        temperature=True,
        open_weights=True,
    )
    if context is not None:
        known["max_input_tokens"] = context
    return known
