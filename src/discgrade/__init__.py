"""discgrade: reproducible Pfirrmann grading of lumbar discs, from DICOM to tables and figures."""

import os

__version__ = "0.1.0"

# Official builds of onnxruntime send usage data to their manufacturer and keep an identifier of the machine, unless
# this is set before they are imported. Whoever works on scans of patients sends nothing anywhere.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
