"""How many images a second a training takes in, compared with Keras' own loop and plain PyTorch, in one run.

    python tests/benchmarks/training.py --torch OTHER/bin/python

at 64 px and a quarter of the width, and at 128 px and full width, with a Python that has PyTorch.

On a GPU, the paper's network on this project's JAX, its images/s, memory, utilisation and share of the card's peak:

    python tests/benchmarks/training.py --backend jax --contenders discgrade --cases 128:1.0 --batch 32 256 \\
        --precision float32 mixed_bfloat16 --side-by-side 1 4 --peak 989

Every contender runs in processes of its own, in turn, `--rounds` times; its best round counts. A rate is that of all
processes side by side. What is fed: uint16 samples in memory (discgrade), float32 images in memory (the others).
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "src"
SAMPLES = 512
GRADES = 13


def main() -> None:
    options = parse()
    print(
        f"{'px':>4} {'width':>6} {'batch':>5} {'precision':15} {'contender':22} {'processes':>9} {'images/s':>9}  ratio"
    )
    for case in options.cases:
        for batch in options.batch:
            for precision in options.precision:
                compare(options, case, batch, precision)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=["64:0.25", "128:1.0"], help="resolution:width")
    parser.add_argument("--contenders", nargs="+", default=list(CONTENDERS), choices=list(CONTENDERS))
    parser.add_argument("--batch", nargs="+", type=int, default=[32])
    parser.add_argument("--precision", nargs="+", default=["float32"])
    parser.add_argument("--side-by-side", nargs="+", type=int, default=[1, 2], help="trainings of discgrade at once")
    parser.add_argument("--threads", type=int, default=1, help="of a training of discgrade")
    parser.add_argument("--backend", default="tensorflow", help="of discgrade")
    parser.add_argument("--seconds", type=float, default=8, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--torch", default=sys.executable, help="a Python that has PyTorch")
    parser.add_argument("--peak", type=float, help="peak of the card in TFLOP/s, for the share of it")
    return parser.parse_args()


def compare(options: argparse.Namespace, case: str, batch: int, precision: str) -> None:
    """Measure every contender in turn, several times, and print its best rate next to that of Keras' loop."""
    resolution, width = case.split(":")
    entries = [
        (name, processes)
        for name in options.contenders
        for processes in (options.side_by_side if name == "discgrade" else [1])
    ]
    best: dict[tuple[str, int], dict[str, Any]] = {}
    for _ in range(options.rounds):
        for name, processes in entries:
            python = options.torch if name == "pytorch" else sys.executable
            arguments = [
                name,
                resolution,
                width,
                str(batch),
                precision,
                options.backend,
                str(options.threads),
                str(options.seconds),
            ]
            result = side_by_side([python, __file__, "--contender", *arguments], processes)
            print(f"{name}, {processes} at once: {result['rate']:.2f} images/s", file=sys.stderr)
            best[name, processes] = max(best.get((name, processes), result), result, key=lambda found: found["rate"])
    reference = best.get(("keras fit", 1), next(iter(best.values())))["rate"]
    for (name, processes), result in best.items():
        line = f"{resolution:>4} {width:>6} {batch:>5} {precision:15} {name:22} {processes:>9} {result['rate']:>9.3g}"
        print(f"{line}  {result['rate'] / reference:.2f}{details(result, options.peak)}", flush=True)


def side_by_side(command: list[str], processes: int) -> dict[str, Any]:
    """Run a contender in several processes at once; return the sum of their rates and the GPU's use."""
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment |= {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True)
        for _ in range(processes)
    ]
    answers = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit(f"failed: {' '.join(command)}")
    results = [json.loads(answer.splitlines()[-1]) for answer in answers]
    return results[0] | {"rate": sum(result["rate"] for result in results)}


def details(result: dict[str, Any], peak: float | None) -> str:
    """Return memory, the GPU's use and the share of its peak."""
    text = f"  {result['memory']:.0f} MiB" if result.get("memory") else ""
    if result.get("gpu"):
        used, total, busy = result["gpu"]
        text += f"  GPU {busy:.0f} %, {used:.0f} of {total:.0f} MiB"
    if peak and result.get("operations"):
        text += f"  {result['rate'] * result['operations'] / peak / 1e12:.1%} of peak"
    return text


def contend(arguments: list[str]) -> None:
    """Measure one contender in this process and print what it did as JSON."""
    name, resolution, width, batch, precision, backend, threads, seconds = arguments
    settings = {"precision": precision, "backend": backend, "batch": int(batch), "threads": int(threads)}
    result = CONTENDERS[name](int(resolution), float(width), settings, float(seconds))
    print(json.dumps(result))


def rate(run: Callable[[int], object], batch: int, seconds: float) -> float:
    """Return images per second of `run(steps)` over at least so many seconds, after a first step."""
    run(1)
    steps, images, elapsed = 2, 0, 0.0
    while elapsed < seconds:
        start = time.perf_counter()
        run(steps)
        elapsed = time.perf_counter() - start
        images = steps * batch
        steps = math.ceil(1.1 * seconds * steps / elapsed)
    return images / elapsed


def discgrade(resolution: int, width: float, settings: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The training step of this project, in batches as in a training."""
    from discgrade.learning.loop.backend import start_backend

    start_backend(default_training(settings))
    import keras
    import numpy as np

    from discgrade.host import peak_memory
    from discgrade.learning.grading.losses import find_loss
    from discgrade.learning.grading.network import build_network
    from discgrade.learning.grading.task import hits
    from discgrade.learning.loop.batches import Batches
    from discgrade.learning.loop.device import MIB, gpu_use
    from discgrade.learning.loop.engines.start import start_engine
    from discgrade.learning.loop.task import Objective, Task

    keras.utils.set_random_seed(1)
    random = np.random.default_rng(1)
    rows = np.arange(SAMPLES)
    task = Task(
        network=lambda: build_network(resolution, GRADES, width),
        objective=Objective(find_loss("categorical_crossentropy"), hits("fractional")),
        pixels=random.integers(0, 65536, (SAMPLES, resolution, resolution), dtype=np.uint16),
        targets=np.eye(GRADES, dtype=np.float32)[random.integers(0, GRADES, SAMPLES)],
        weights=np.ones(SAMPLES, np.float32),
        train=rows,
        validation=rows,
        scored=rows,
        full=SAMPLES,
    )
    model = task.network()
    optimizer = keras.optimizers.SGD(0.001, momentum=0.9)
    optimizer.build(model.trainable_variables)
    engine = start_engine(model, optimizer, task.objective)
    batches = Batches(engine, task)
    use = []

    def run(steps: int) -> float:
        order = random.integers(0, SAMPLES, (steps, settings["batch"]), dtype=np.int32)
        results = [engine.step(*batch) for batch in batches.whole(order)]
        use.append(gpu_use() if engine.gpu else None)
        return sum(float(loss) for loss, _ in results)

    images = rate(run, settings["batch"], seconds)
    return {"rate": images, "memory": peak_memory() / MIB, "gpu": use[-1], "operations": 3 * forward_operations(model)}


def default_training(settings: dict[str, Any]) -> Any:
    """The training of the default study, with other settings where they are given."""
    from dataclasses import replace

    import yaml

    from discgrade.settings.loading import check_config
    from discgrade.settings.study import read_study

    study = read_study(check_config(yaml.safe_load((SOURCE.parent / "config.yaml").read_text())))
    return replace(study.variants["default"].training, **settings)


def forward_operations(model: Any) -> int:
    """Return the floating-point operations of the convolutions for one image; a step takes about three times that."""
    convolutions = [layer for layer in model.layers if type(layer).__name__ == "Conv2D"]
    return sum(2 * math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3]) for layer in convolutions)


def keras_fit(resolution: int, width: float, settings: dict[str, Any], seconds: float) -> dict[str, Any]:
    """`model.fit` as Keras does it out of the box, all threads, images in memory."""
    os.environ["KERAS_BACKEND"] = settings["backend"]
    import keras
    import numpy as np

    from discgrade.learning.grading.network import build_network

    keras.config.set_dtype_policy(settings["precision"])
    model = build_network(resolution, GRADES, width)
    model.compile(keras.optimizers.SGD(0.001, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
    random = np.random.default_rng(1)

    def run(steps: int) -> object:
        count = steps * settings["batch"]
        rows = random.integers(0, SAMPLES, count)
        return model.fit(images[rows], targets[rows], batch_size=settings["batch"], verbose=0)

    images = random.uniform(-1, 1, (SAMPLES, resolution, resolution, 1)).astype(np.float32)
    targets = np.eye(GRADES, dtype=np.float32)[random.integers(0, GRADES, SAMPLES)]
    return {"rate": rate(run, settings["batch"], seconds)}


def pytorch(resolution: int, width: float, settings: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The same layers in plain PyTorch, channels last, all threads."""
    import torch
    from torch import nn

    layers: list[nn.Module] = []
    channels = 1
    plan = [
        (32, 1, "d"),
        (64, 2, ""),
        (64, 2, "dp"),
        (128, 2, ""),
        (128, 2, "d"),
        (256, 3, ""),
        (256, 3, "dp"),
        (512, 2, "vd"),
    ]
    for filters, dilation, ends in plan:
        count = max(1, round(filters * width))
        padding = "valid" if "v" in ends else "same"
        layers += [
            nn.Conv2d(channels, count, 3, dilation=dilation, padding=padding),
            nn.LeakyReLU(0.01),
            nn.BatchNorm2d(count),
        ]
        layers += [nn.Dropout2d(0.2)] if "d" in ends else []
        layers += [nn.MaxPool2d(2)] if "p" in ends else []
        channels = count
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, GRADES)]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = nn.Sequential(*layers, *head).to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), 0.001, momentum=0.9, weight_decay=5e-4)
    criterion = nn.CrossEntropyLoss()
    images = torch.rand(SAMPLES, 1, resolution, resolution, device=device).mul(2).sub(1)
    images = images.to(memory_format=torch.channels_last)
    targets = torch.randint(0, GRADES, (SAMPLES,), device=device)

    def run(steps: int) -> float:
        for _ in range(steps):
            rows = torch.randint(0, SAMPLES, (settings["batch"],), device=device)
            optimizer.zero_grad()
            with torch.autocast(device, torch.bfloat16, enabled=settings["precision"] != "float32"):
                loss = criterion(network(images[rows]), targets[rows])
            loss.backward()
            optimizer.step()
        return float(loss)

    return {"rate": rate(run, settings["batch"], seconds)}


CONTENDERS = {"keras fit": keras_fit, "pytorch": pytorch, "discgrade": discgrade}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--contender"]:
        contend(sys.argv[2:])
    else:
        main()
