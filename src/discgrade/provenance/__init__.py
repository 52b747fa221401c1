"""Where every number came from: digests, job records, trace, verification and the RO-Crate.

Digests are all that the Snakefile needs, so importing this package loads nothing heavy.
"""

from discgrade.provenance.digests import (
    code_digest,
    content_digest,
    file_digest,
    lock_digest,
    reference_digest,
)

__all__ = ["code_digest", "content_digest", "file_digest", "lock_digest", "reference_digest"]
