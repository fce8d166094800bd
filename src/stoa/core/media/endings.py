"""What a stored file is served as.  The ending of its key was chosen by us, from the bytes: nothing is
served as what its sender called it, and no machine's own list of types is asked.
"""

from __future__ import annotations

from stoa.core.media import convert, films
from stoa.core.media.model import EXTENSIONS

_TYPES = {
    extension: mime for mime, extension in {**EXTENSIONS, **films.EXTENSIONS, **convert.EXTENSIONS}.items()
}


def mime_of(key: str) -> str:
    """The type of the file of *key*."""
    return _TYPES.get(key.rpartition(".")[2], "application/octet-stream")
