"""The queries of the open project: kept in a GeoPackage beside it, or in memory until it is saved.

Only the plugin's own thread opens that file, with SQLite directly. The map layers are built from
it in memory (``core.layers``) instead of reading it: QGIS would hold the GeoPackage open in WAL
mode, leave ``-wal`` files beside the project, block the decisions of a second QGIS, and, where
Python and GDAL carry two copies of SQLite, break its file locks.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...i18n import tr
from ..file_worker import FileWorker
from ..layers.ids import shown_sets
from ..match_set import MatchSet
from ..query import SearchedIndex
from .file import HistoryItem, Snapshot, StoreFile
from .moves import Note, StoreWorker, create_store, move_store, open_store, store_of
from .snapshot import Pictures, restored, taker


def store_path(project: QgsProject) -> Path | None:
    """Where this project's store is, None where the project is no file of its own."""
    name = project.absoluteFilePath()
    if not name or project.projectStorage() is not None:
        return None
    path = Path(name)
    return path.with_name(f"{path.stem}_craterbench.gpkg")


class ProjectStore(QObject):
    """History, decisions and pictures of the project's queries.

    Every write is one transaction in a thread of its own, begun at once; nothing here waits for
    the disk except :meth:`close`.
    """

    changed = pyqtSignal()
    """:meth:`history` is another."""
    reopened = pyqtSignal()
    """Another project is open: :meth:`history` and :meth:`open_sets` are its own now."""
    message = pyqtSignal(str, bool)
    """One sentence for the user, and whether it is a problem, not merely a fact."""
    _answered = pyqtSignal(object, object, object)
    _waiting = pyqtSignal()

    def __init__(self, project: QgsProject | None = None, parent: QObject | None = None):
        super().__init__(parent)
        self._project = project or QgsProject.instance()
        self._items: list[HistoryItem] = []
        self._crops: dict[str, bytes] = {}
        self._index: SearchedIndex | None = None
        self._sets: weakref.WeakValueDictionary[str, MatchSet] = weakref.WeakValueDictionary()
        self._said: set[str] = set()
        self._pictures = Pictures()
        self._path: Path | None = None
        self._open_sets: list[MatchSet] = []
        self._layers: dict[str, str] = {}
        self._closed = False
        self._target: Path | None = None
        self._generation = 0
        self._answered.connect(self._on_answer)
        self._waiting.connect(self._on_waiting)
        self._worker: StoreWorker = FileWorker[StoreFile](self._waiting)
        self._project.cleared.connect(self._on_cleared)
        self._project.readProject.connect(self._on_read)
        self._project.projectSaved.connect(self._on_saved)
        self._reopen(store_path(self._project))

    # Reading

    def path(self) -> Path | None:
        """The file, None while results are in memory only. It is made with the first query."""
        return self._path

    def history(self) -> list[HistoryItem]:
        """The project's queries, the newest first; answers at once."""
        return list(self._items)

    def index(self) -> SearchedIndex | None:
        """The index that was searched last in this project, as it was then; None for none."""
        return self._index

    def crop(self, set_id: str) -> bytes | None:
        """The picture that was searched, as PNG; None where there is none (yet)."""
        return self._crops.get(set_id)

    def open_set(self, set_id: str, done: Callable[[MatchSet | None], None]) -> None:
        """Call ``done`` with the match set, or None where there is none; never waits.

        A set that is still in use is given again, so that all views of it share its decisions.
        """
        live = self._sets.get(set_id)
        if live is not None:
            done(live)
            return
        self._ask(_reader(set_id), lambda snapshot: done(self._set_of(snapshot)))

    def open_sets(self) -> list[MatchSet]:
        """The match sets whose layers came with the project that was just read, topmost last.

        Handed out once, after :attr:`reopened`: the store does not keep them.
        """
        sets, self._open_sets = self._open_sets, []
        return sets

    def keeps(self) -> bool:
        """Whether what is kept is there when the project is opened again."""
        return self._target is None or self._path is not None

    def kept_layers(self) -> dict[str, str]:
        """Set id -> what :meth:`keep_layers` was given before the project was read. Handed out
        once, after :attr:`reopened`."""
        layers, self._layers = self._layers, {}
        return layers

    def refresh(self) -> None:
        """Read the list again: another QGIS may have the same project open."""
        known = set(self._crops)

        def read(worker: StoreWorker) -> Any:
            return _listing(worker, known)

        self._ask(read, self._listed)

    # Writing

    def save(self, match_set: MatchSet) -> None:
        """Keep a match set, and from now on each decision about it."""
        take, target = taker(match_set), self._target
        self._watch(match_set)

        def write(worker: StoreWorker) -> Any:
            notes = create_store(worker, target) if target is not None else []
            store_of(worker).write(take())
            return notes

        self._ask(write, self._report)
        if target is None:
            self._say(
                "unsaved",
                tr("This project is not saved: its results are in memory only."),
                is_problem=False,
            )
            self._project.setDirty(True)
        self.refresh()

    def keep_layers(self, set_id: str, text: str) -> None:
        """Keep what the layers of a match set are while they are out of the project."""
        self._ask(lambda worker: store_of(worker).keep_layers(set_id, text))

    def rename(self, set_id: str, label: str) -> None:
        """Give a query another name."""
        live = self._sets.get(set_id)
        if live is not None:
            live.request = replace(live.request, label=label)
        self._ask(lambda worker: store_of(worker).rename(set_id, label))
        self.refresh()

    def delete(self, set_id: str) -> None:
        """Take a query off the list. :meth:`restore` brings it back until the project is closed."""
        self._ask(lambda worker: store_of(worker).set_deleted(set_id, True))
        self.refresh()

    def restore(self, set_id: str) -> None:
        """Undo :meth:`delete`."""
        self._ask(lambda worker: store_of(worker).set_deleted(set_id, False))
        self.refresh()

    def close(self) -> None:
        """Finish what is waiting (5 s at most) and let go of project and file."""
        if self._closed:
            return
        self._closed = True
        self._open_sets = []
        self._project.cleared.disconnect(self._on_cleared)
        self._project.readProject.disconnect(self._on_read)
        self._project.projectSaved.disconnect(self._on_saved)
        self._forget_sets()
        self._answered.disconnect(self._on_answer)
        self._waiting.disconnect(self._on_waiting)
        self._worker.close()
        self._pictures.clear()

    # The project

    def _on_cleared(self) -> None:
        self._forget_sets()
        self._items, self._crops, self._index, self._said = [], {}, None, set()
        self._open_sets = []
        self._reopen(None)
        self.changed.emit()

    def _on_read(self, *_ignored: Any) -> None:
        self._reopen(store_path(self._project))

    def _reopen(self, target: Path | None) -> None:
        self._generation += 1
        self._target = target
        shown = shown_sets(self._project) if target is not None else []

        def open_(worker: StoreWorker) -> Any:
            notes = open_store(worker, target)
            read = [_reader(set_id)(worker) for set_id in shown]
            return notes, _listing(worker, set()), read, store_of(worker).layers()

        def done(result: Any) -> None:
            notes, listing, snapshots, self._layers = result
            self._report(notes)
            self._listed(listing)
            sets = [self._set_of(snapshot) for snapshot in snapshots]
            self._open_sets = [match_set for match_set in sets if match_set is not None]
            self.reopened.emit()

        self._ask(open_, done)

    def _on_saved(self) -> None:
        old, self._target = self._target, store_path(self._project)
        target = self._target
        if target is None:
            if old is not None:  # now inside a database: never write beside the old project
                self._ask(lambda worker: move_store(worker, None))
            return

        def move(worker: StoreWorker) -> Any:
            if old != target:
                if store_of(worker).path is None and not store_of(worker).items():
                    return open_store(worker, target) if target.exists() else []
                return move_store(worker, target)
            return create_store(worker, target) if store_of(worker).items() else []

        self._ask(move, self._report)
        self.refresh()

    # Answers of the worker

    def _ask(
        self,
        job: Callable[[StoreWorker], Any],
        done: Callable[[Any], None] | None = None,
    ) -> None:
        generation = self._generation

        def answer(result: Any, error: BaseException | None) -> None:
            self._answered.emit((generation, done), result, error)

        self._worker.submit(job, answer)

    def _on_answer(self, asked: Any, result: Any, error: Any) -> None:
        generation, done = asked
        if error is not None:
            self._say(
                "failed",
                tr(
                    "The project's results could not be written or read: {reason}. "
                    "Check the disk, then save the project under another name."
                ).format(reason=str(error).rstrip(".")),
            )
        elif done is not None and generation == self._generation:
            done(result)

    def _on_waiting(self) -> None:
        self._say(
            "busy",
            tr(
                "Another program holds this project's results open. "
                "What you decide is written as soon as it lets go of them."
            ),
        )

    def _listed(self, result: Any) -> None:
        self._items, crops, self._index, self._path = result
        self._crops.update(crops)
        self.changed.emit()

    def _report(self, notes: list[Note]) -> None:
        for code, path in notes:
            self._say(code, _sentence(code, Path(path).name))

    def _say(self, code: str, text: str, is_problem: bool = True) -> None:
        if code not in self._said:
            self._said.add(code)
            self.message.emit(text, is_problem)

    # Match sets

    def _set_of(self, snapshot: Snapshot | None) -> MatchSet | None:
        if snapshot is None:
            return None
        live = self._sets.get(snapshot.set_id)
        if live is not None:
            return live
        match_set = restored(snapshot, self._pictures)
        self._watch(match_set)
        return match_set

    def _watch(self, match_set: MatchSet) -> None:
        if self._sets.get(match_set.set_id) is match_set:
            return
        self._sets[match_set.set_id] = match_set
        match_set.decided.connect(self._on_decided)

    def _on_decided(self, rows: list[int]) -> None:
        match_set = self.sender()
        if not isinstance(match_set, MatchSet):
            return
        set_id = match_set.set_id
        decisions = {row: match_set.decision(row) for row in rows}
        self._ask(lambda worker: store_of(worker).decide(set_id, decisions))
        self.refresh()

    def _forget_sets(self) -> None:
        for match_set in list(self._sets.values()):
            match_set.decided.disconnect(self._on_decided)
        self._sets.clear()


def _reader(set_id: str) -> Callable[[StoreWorker], Any]:
    return lambda worker: store_of(worker).read(set_id)


def _listing(worker: StoreWorker, known: set[str]) -> Any:
    file = store_of(worker)
    items = file.items()
    crops = file.crops([i.set_id for i in items if i.set_id not in known])
    return items, crops, file.newest_index(), file.path


def _sentence(code: str, name: str) -> str:
    if code == "damaged":
        return tr(
            "The results kept beside this project were damaged; the file is now called {name}. "
            "New results go into a new file."
        ).format(name=name)
    if code == "newer":
        return tr(
            "{name} was written by a newer version of CraterBench, so this project's earlier "
            "results cannot be shown and new ones are kept in memory only. Update the plugin."
        ).format(name=name)
    if code == "replaced":
        return tr(
            "Results of another project were in the way; their file is now called {name}. "
            "Delete it if you do not need it."
        ).format(name=name)
    if code == "unreadable":
        return tr(
            "{name} could not be opened, so this project's earlier results cannot be shown and new "
            "ones are kept in memory only. Check the disk, then open the project again."
        ).format(name=name)
    return tr(
        "{name} cannot be written, so results and decisions are kept in memory only. "
        "Save the project in a folder you may write in to keep them."
    ).format(name=name)
