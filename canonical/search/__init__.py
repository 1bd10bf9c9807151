"""Search in programs, agencies and vendors, by pairs of characters: 設備 and 補助 are found."""

from canonical.search.finding import Found, Search, search
from canonical.search.indexing import KINDS, refresh

__all__ = ["KINDS", "Found", "Search", "refresh", "search"]
