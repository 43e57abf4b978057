"""What is open now: sources, the lists of the current one, acts on it; the one door for refresh."""

from imagexplorer.session.acts import Acts
from imagexplorer.session.records import Failed, IndexedTree, SourceState, Tried
from imagexplorer.session.session import Session
from imagexplorer.session.together import ALL_ENGINES, is_old, of_all

__all__ = ["ALL_ENGINES", "Acts", "Failed", "IndexedTree", "Session", "SourceState", "Tried", "is_old", "of_all"]
