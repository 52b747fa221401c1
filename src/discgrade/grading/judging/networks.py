"""One ONNX network, as onnxruntime runs it: one thread, one operator after another."""

import onnxruntime

_PROVIDERS = ["CPUExecutionProvider"]
_FATAL = 4


def start_session(network: bytes) -> onnxruntime.InferenceSession:
    """Make a network ready to run.

    Raises:
        ValueError: if it is none that onnxruntime can run.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _FATAL
    try:
        return onnxruntime.InferenceSession(network, options, providers=_PROVIDERS)
    except Exception as error:
        raise ValueError(f"no network that onnxruntime can run: {error}") from None


def shape_of(network: bytes) -> tuple[bool, int]:
    """Return whether a network takes the level of a disc, and the number of values in its embedding."""
    session = start_session(network)
    takes_level = any(given.name == "level" for given in session.get_inputs())
    width = next(value.shape[1] for value in session.get_outputs() if value.name == "embedding")
    return takes_level, int(width)
