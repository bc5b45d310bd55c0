"""Where a network runs: the device, the CPU threads, the batch, and what is done out of memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import EncoderError

if TYPE_CHECKING:
    import torch

THREAD_CAP = 16  # one ViT-S forward pass gains nothing from more
_BATCH = {"cuda": 128, "mps": 32, "cpu": 16}

Given = TypeVar("Given")
Result = TypeVar("Result")
_this_thread = threading.local()


@dataclass(frozen=True)
class Place:
    """A device that was tried and works. ``name`` is for people, with the reason for a fallback."""

    device: torch.device
    name: str
    threads: int

    @property
    def preferred_batch(self) -> int:
        """Views per forward pass of a ViT-S; larger models use the same, memory permitting."""
        return _BATCH.get(self.device.type, 16)


def choose_place(device: str = "auto", threads: int | None = None) -> Place:
    """Pick the device and the CPU threads.

    ``auto``: CUDA where a tiny computation on it works, else MPS, else the CPU; a GPU that is
    there but does not work is named in ``Place.name``. A device asked for by name is used or
    refused, never replaced. ``threads``: None means the physical cores, at most 16.

    Raises ``EncoderError`` for an unknown or unusable device or a thread count below 1.
    """
    import torch

    if threads is not None and threads < 1:
        raise EncoderError(f"{threads} threads were asked for. Give 1 or more.")
    count = threads or default_threads()
    if device == "auto":
        notes: list[str] = []
        for kind in ("cuda", "mps"):
            if not _is_present(kind):
                continue
            place = torch.device("cuda", 0) if kind == "cuda" else torch.device("mps")
            problem = _try_device(place)
            if problem is None:
                return Place(place, _device_name(place), count)
            notes.append(f"{kind} was found but failed: {problem}")
        name = ", ".join([f"{count} threads", *notes])
        return Place(torch.device("cpu"), f"cpu ({name})", count)
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise EncoderError(
            f"There is no device {device!r}. Use auto, cpu, cuda, cuda:N or mps."
        ) from error
    if chosen.type == "cpu":
        return Place(chosen, f"cpu ({count} threads)", count)
    problem = _try_device(chosen)
    if problem is not None:
        raise EncoderError(
            f"The device {device!r} cannot be used: {problem}. Use the device auto or cpu, or "
            "install a build of torch made for this device."
        )
    return Place(chosen, _device_name(chosen), count)


def default_threads() -> int:
    """``OMP_NUM_THREADS`` where set, else the physical cores this process may use, at most 16."""
    wish = os.environ.get("OMP_NUM_THREADS", "")
    if wish.isdigit() and int(wish) > 0:
        return int(wish)
    return min(physical_cores(), THREAD_CAP)


def physical_cores() -> int:
    """Physical cores this process may run on; logical ones where the system does not tell."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    allowed = os.sched_getaffinity(0)
    siblings = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    try:
        cores = {Path(siblings.format(cpu)).read_text("ascii").strip() for cpu in allowed}
    except OSError:
        return len(allowed)
    return len(cores)


def alone(work: Callable[[Given], Result], given: Given) -> Result:
    """``work(given)``, by this thread alone: torch's kernels run in it, whatever an encoder would
    have them do, and other threads do the same beside it."""
    import torch

    _this_thread.is_alone = True
    torch.set_num_threads(1)
    return work(given)


@contextmanager
def cpu_threads(count: int) -> Iterator[None]:
    """Run torch's CPU kernels on ``count`` threads, then restore what was set before."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1 if getattr(_this_thread, "is_alone", False) else count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def in_batches(
    total: int, batch: int, work: Callable[[int, int], Result], place: Place
) -> list[Result]:
    """Call ``work(start, stop)`` over ``range(total)``, with smaller batches when memory is short.

    Raises ``EncoderError`` when a single view does not fit.
    """
    results: list[Result] = []
    start = 0
    while start < total:
        stop = min(start + batch, total)
        try:
            results.append(work(start, stop))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            _free_cache(place.device)
            if stop - start == 1:
                raise EncoderError(
                    f"The memory of {place.name} does not hold the encoder and one view. Close "
                    "other programs that use it, use the device cpu, or a smaller encoder."
                ) from error
            batch = max((stop - start) // 2, 1)
            continue
        start = stop
    return results


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch or Python ran out of memory (on the CPU torch only says so in words)."""
    import torch

    if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return "out of memory" in text or "can't allocate memory" in text


def _is_present(kind: str) -> bool:
    import torch

    if kind == "cuda":
        return torch.cuda.is_available()
    return torch.backends.mps.is_available()


def _try_device(device: torch.device) -> str | None:
    """None where a small computation works, else the reason in one line."""
    import torch

    try:
        product = torch.ones(8, 8, device=device) @ torch.ones(8, 8, device=device)
        if float(product.sum().item()) != 512.0:
            return "a test computation gave a wrong result"
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        return str(error).strip().split("\n")[0][:200]
    return None


def _device_name(device: torch.device) -> str:
    import torch

    if device.type != "cuda":
        return str(device)
    index = device.index if device.index is not None else torch.cuda.current_device()
    return f"cuda:{index} ({torch.cuda.get_device_name(index)})"


def _free_cache(device: torch.device) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
