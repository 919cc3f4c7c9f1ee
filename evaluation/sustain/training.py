"""Train the sustain model on a history, validate it on what it has not seen, and say in plain words what came of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluation.history import History
from evaluation.sustain.features import placements_of
from evaluation.sustain.fitting import Fitted, NotEnough, fit
from evaluation.sustain.leaks import check_auc, check_days, check_sources
from evaluation.sustain.model_card import card_of, card_without_model, group_table
from evaluation.sustain.model_files import CARD_FILE, ESTIMATOR_FILE, estimator_bytes, model_bytes, not_enough_bytes
from evaluation.sustain.splits import CUTS
from evaluation.sustain.validating import HeldOut, Validation, held_out, validation_of
from evaluation.tables import Unsaid
from matching.errors import Invalid
from matching.lasting_reading import MODEL_FILE

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """The files of a model, or of the card that says why there is none; `says` is the result in plain words."""

    files: Mapping[str, bytes]
    is_model: bool
    says: str
    validation: Validation | None = None


def train(history: History, *, seed: int, progress: Progress | None = None) -> Trained:
    """Learn what lasts from the job starts that came of lists.

    Raises `Invalid` where a feature leaks what came after the decision. Where the history does not hold enough, the
    result says so and holds no model that an engine would take. Same history and seed, same bytes.
    """
    check_sources()
    check_days(history)
    placements = placements_of(history)
    steps = len(CUTS) + 1
    held = held_out(placements, seed=seed, progress=None if progress is None else lambda done, _: progress(done, steps))
    if progress:
        progress(steps - 1, steps)
    fitted = fit(placements, seed=seed, simulated=history.simulated)
    if progress:
        progress(steps, steps)
    if isinstance(fitted, NotEnough):
        return _without_model(history, fitted.why, len(placements), int(placements.ended.sum()))
    validation = validation_of(held) if held else None
    why = _not_shown(validation)
    if validation is None or held is None or why:
        return _without_model(history, why, len(placements), int(placements.ended.sum()), validation)
    return _with_model(history, fitted, held, validation)


def _not_shown(validation: Validation | None) -> str:
    """Why the validation does not show that the model is of use; raises `Invalid` if it shows a leak."""
    if validation is None or isinstance(validation.auc, Unsaid):
        return "There were too few jobs of people whom the model had not seen to validate it on."
    check_auc(validation.auc, validation.alone)
    if not validation.beats_base_rate:
        return "On people it had not seen, the model was not clearly better than one chance for everybody."
    return ""


def _with_model(history: History, fitted: Fitted, held: HeldOut, validation: Validation) -> Trained:
    name = f"sustain {history.data_until}"
    model = model_bytes(fitted, name=name)
    card = card_of(fitted, validation, group_table(history, held), name=name, model=model)
    return Trained(
        files={
            MODEL_FILE: model,
            ESTIMATOR_FILE: estimator_bytes(fitted.hazard),
            CARD_FILE: card.encode(),
        },
        is_model=True,
        says=(
            f"A sustain model was learnt from {fitted.evidence.placements:,} job starts, "
            f"{fitted.evidence.ended:,} of which had ended. On people it had not seen it did better than one chance "
            "for everybody. It may shift the order by no more than one aspect may."
        ),
        validation=validation,
    )


def _without_model(
    history: History, why: str, placements: int, ended: int, validation: Validation | None = None
) -> Trained:
    says = (
        f"Not enough evidence: {why} The history holds {placements:,} job starts from lists, {ended:,} of which "
        "had ended. There is no model; the documented weights alone make the order."
    )
    card = card_without_model(history, says)
    return Trained(
        files={MODEL_FILE: not_enough_bytes(why), CARD_FILE: card.encode()},
        is_model=False,
        says=says,
        validation=validation,
    )


def write_trained(trained: Trained, folder: Path) -> None:
    """Write the files to a folder that is empty or not there; whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in trained.files.items():
            (beside / name).write_bytes(content)
        beside.chmod(0o755)
        beside.rename(folder)  # takes the place of an empty folder, and of no other
    except OSError as error:
        raise Invalid(f"The model cannot be written to {folder}: {error.strerror}.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
