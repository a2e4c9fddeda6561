from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gba.backends.stream_text import StopWatch, Utf8Assembler


@given(st.lists(st.binary(max_size=5), max_size=12))
def test_pieces_give_what_all_bytes_at_once_give(pieces: list[bytes]) -> None:
    assembler = Utf8Assembler()
    text = "".join(assembler.feed(piece) for piece in pieces) + assembler.finish()
    assert text == b"".join(pieces).decode(errors="replace")


def test_a_character_is_held_back_until_it_is_whole() -> None:
    assembler = Utf8Assembler()
    assert [assembler.feed(bytes([byte])) for byte in "é😀".encode()] == ["", "é", "", "", "", "😀"]
    assert assembler.finish() == ""


@given(st.lists(st.text("abc\n", max_size=4)), st.lists(st.text("abc\n", min_size=1, max_size=4), max_size=3))
def test_a_stop_string_is_seen_in_the_piece_that_completes_it(pieces: list[str], stop: list[str]) -> None:
    watch, text = StopWatch(stop), ""
    for piece in pieces:
        seen_before = any(word in text for word in stop)
        text += piece
        hit = watch.feed(piece)
        if seen_before:
            break
        assert hit == any(word in text for word in stop)


def test_empty_stop_strings_stop_nothing() -> None:
    assert not StopWatch(["", ""]).feed("abc")
