"""Documents that an agent can search: files read, cut into pieces, and kept with their vectors in a store on disk."""

from gba.documents.adding import Outcome, add_files
from gba.documents.reading import Section, read_document
from gba.documents.store import DocumentStore

__all__ = ["DocumentStore", "Outcome", "Section", "add_files", "read_document"]
