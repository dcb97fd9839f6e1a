"""One page of a Query or Scan: the rows that MiniStack has to look at, found by SQLite's index.

MiniStack evaluates every condition for every item of a partition. Here the key condition and the start key become a
range of SQLite's index, and reading ends with the page (Limit items, or 1 MB), so MiniStack gets what its own
evaluation would have come to. A request that is not understood gets no page: MiniStack then reads the whole partition
or table and answers it, right or wrong, as it would without this bridge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from fourfold.errors import LocalError
from infra.local.bridges.store.items import NO_SORT_KEY, Item, StoredItems, wire_value
from infra.local.bridges.store.key_order import after_prefix, encoded

_PAGE_BYTES: Final = 1 << 20
_NAMES = ("IDENT", "NAME_REF")
_COMPARISONS: Final = {"EQ": "=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
# `:v < sk` is `sk > :v`.
_MIRRORED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

Request = dict[str, Any]
Page = dict[str, dict[str, Item]]
Token = tuple[str, str]


class NotUnderstoodError(LocalError):
    """The request has a form this module does not read."""


class _ScanOrder(str):
    """A key whose order is its place in the page: MiniStack sorts a scan's keys as text, which numbers are not."""

    place: int

    def __lt__(self, other: str) -> bool:
        return isinstance(other, _ScanOrder) and self.place < other.place


@dataclass
class _Range:
    """SQL conditions with their parameters, apart by what they bound."""

    fixed: list[tuple[str, tuple[bytes | int | str, ...]]]
    lower: list[tuple[str, tuple[bytes, ...]]] = field(default_factory=list)
    upper: list[tuple[str, tuple[bytes, ...]]] = field(default_factory=list)

    def start_after(self, columns: str, key: tuple[bytes, ...], *, forward: bool) -> None:
        """The page begins after `key`, which is inside the range: MiniStack refuses any other.

        The range's own bound on that side goes: of two, SQLite might search its index by the wider one.
        """
        marks = ", ".join("?" * len(key))
        bound = (f"({columns}) {'>' if forward else '<'} ({marks})", key)
        if forward:
            self.lower = [bound]
        else:
            self.upper = [bound]

    def select(self, table: str, order: str, *, forward: bool = True) -> tuple[str, list[bytes | int | str]]:
        """The SELECT of the range's items in this order, and its parameters."""
        bounds = [*self.fixed, *self.lower, *self.upper]
        direction = "" if forward else " DESC"
        columns = ", ".join(column + direction for column in order.split(", "))
        where = " AND ".join(condition for condition, _ in bounds)
        parameters = [value for _, values in bounds for value in values]
        return f"SELECT item FROM {table} WHERE {where} ORDER BY {columns}", parameters  # noqa: S608 - no value in it


def query_page(items: StoredItems, request: Request) -> Page:
    """The items MiniStack's Query needs, by partition and sort key.

    Raises:
        NotUnderstoodError: see the module.
    """
    try:
        return _query_page(items, request)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # A request of any shape: MiniStack, which validates it, says what is wrong with it.
        raise NotUnderstoodError from error


def scan_page(items: StoredItems, request: Request) -> Page:
    """The items MiniStack's Scan needs, in keys that sort as they were read.

    Raises:
        NotUnderstoodError: see the module; an index or a segment is scanned by MiniStack.
    """
    if request.get("IndexName") or request.get("Segment") is not None or request.get("ScanFilter"):
        raise NotUnderstoodError
    try:
        found = _Range([("table_id = ?", (items.table_id,))])
        if start := request.get("ExclusiveStartKey"):
            found.start_after("pk, sk", items.encoded_key(start), forward=True)
        with items.database.cursor(*found.select("items", "pk, sk")) as rows:
            page = list(_read(rows, _limit(request), None, items))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotUnderstoodError from error
    return _ordered(items, page)


def whole_table(items: StoredItems) -> Page:
    """Every item."""
    rows = items.database.rows("SELECT item FROM items WHERE table_id = ? ORDER BY pk, sk", (items.table_id,))
    return _by_key(items, (json.loads(text) for (text,) in rows))


def _query_page(items: StoredItems, request: Request) -> Page:
    if request.get("KeyConditions") or not request.get("KeyConditionExpression"):
        raise NotUnderstoodError
    name = request.get("IndexName")
    index = next((one for one in items.indexes() if one.name == name), None) if name else None
    if name and index is None:
        raise NotUnderstoodError
    forward = request.get("ScanIndexForward", True) is not False
    found = _Range([("table_id = ?", (items.table_id,))])
    start = request.get("ExclusiveStartKey")
    if index is None:
        table, order = "items", "sk"
        pk = _add_key_condition(found, items, (items.pk_name, items.sk_name), ("pk", "sk"), request)
        if start:
            start_pk, start_sk = items.encoded_key(start)
            if start_pk != pk:
                raise NotUnderstoodError
            found.start_after("sk", (start_sk,), forward=forward)
    else:
        table, order = "index_entries JOIN items USING (table_id, pk, sk)", "range, pk, sk"
        found.fixed.append(("name = ?", (index.name,)))
        _add_key_condition(found, items, (index.hash, index.range), ("hash", "range"), request)
        if start:
            at = items.value(start, index.range) if index.range else b""
            found.start_after(order, (at, *items.encoded_key(start)), forward=forward)
    with items.database.cursor(*found.select(table, order, forward=forward)) as rows:
        return _by_key(items, _read(rows, _limit(request), name, items))


def _add_key_condition(
    found: _Range, items: StoredItems, keys: tuple[str, str | None], columns: tuple[str, str], request: Request
) -> bytes:
    """Adds the conditions on the two keys and returns the value of the first."""
    values, aliases = request.get("ExpressionAttributeValues") or {}, request.get("ExpressionAttributeNames") or {}
    column_of = {key: column for key, column in zip(keys, columns, strict=True) if key}
    hash_value = None
    named = set()
    for clause in _clauses(request["KeyConditionExpression"]):
        name, operator, operands = _condition(clause)
        attribute = aliases[name] if name.startswith("#") else name
        column, kind = column_of[attribute], items.kind(attribute)
        if attribute in named or (attribute == keys[0] and operator != "="):
            raise NotUnderstoodError
        named.add(attribute)
        at = [encoded(kind, values[operand][kind]) for operand in operands]
        if attribute == keys[0]:
            hash_value = at[0]
        match operator:
            case "=":
                found.fixed.append((f"{column} = ?", (at[0],)))
            case "begins_with":
                found.lower.append((f"{column} >= ?", (at[0],)))
                if (end := after_prefix(at[0])) is not None:
                    found.upper.append((f"{column} < ?", (end,)))
            case "BETWEEN":
                found.lower.append((f"{column} >= ?", (at[0],)))
                found.upper.append((f"{column} <= ?", (at[1],)))
            case _:
                side = found.lower if operator.startswith(">") else found.upper
                side.append((f"{column} {operator} ?", (at[0],)))
    if hash_value is None:
        raise NotUnderstoodError
    return hash_value


def _clauses(expression: str) -> list[list[Token]]:
    from ministack.services import dynamodb

    clauses: list[list[Token]] = dynamodb._key_condition_clauses(dynamodb._tokenize(expression))  # its grammar
    return clauses


def _condition(clause: list[Token]) -> tuple[str, str, list[str]]:
    """Attribute, operator and value references of one condition."""
    while clause and clause[0][0] == "LPAREN" and clause[-1][0] == "RPAREN":
        clause = clause[1:-1]
    kinds, texts = [kind for kind, _ in clause], [text for _, text in clause]
    match kinds:
        case ["IDENT", "LPAREN", name, "COMMA", "VALUE_REF", "RPAREN"] if name in _NAMES and texts[0] == "begins_with":
            return texts[2], "begins_with", [texts[4]]
        case [name, "IDENT", "VALUE_REF", "IDENT", "VALUE_REF"] if name in _NAMES and texts[1].upper() == "BETWEEN":
            return texts[0], "BETWEEN", [texts[2], texts[4]]
        case [name, comparison, "VALUE_REF"] if name in _NAMES and comparison in _COMPARISONS:
            return texts[0], _COMPARISONS[comparison], [texts[2]]
        case ["VALUE_REF", comparison, name] if name in _NAMES and comparison in _COMPARISONS:
            return texts[2], _MIRRORED[_COMPARISONS[comparison]], [texts[0]]
        case _:
            raise NotUnderstoodError


def _limit(request: Request) -> int | None:
    limit = request.get("Limit")
    return None if limit is None else int(limit)


def _read(rows: Iterable[tuple[bytes]], limit: int | None, index: str | None, items: StoredItems) -> Iterator[Item]:
    """Rows until the page is full: `limit` of them, or the one that takes what was read past 1 MB."""
    stored = size = 0
    unmeasured: list[Item] = []
    for count, (text,) in enumerate(rows, 1):
        item: Item = json.loads(text)
        yield item
        if limit is not None and count >= limit:
            return
        stored += len(text)
        unmeasured.append(item)
        if stored > _PAGE_BYTES:  # an item's size by DynamoDB's count is less than that of its JSON
            size += sum(_size(each, index, items) for each in unmeasured)
            unmeasured.clear()
            if size > _PAGE_BYTES:
                return


def _size(item: Item, index: str | None, items: StoredItems) -> int:
    from ministack.services import dynamodb

    entry = dynamodb._apply_index_projection(item, items.table, index) if index else item
    return int(dynamodb._item_size_bytes(entry))


def _by_key(items: StoredItems, page: Iterable[Item]) -> Page:
    by_key: Page = {}
    for item in page:
        sk = wire_value(item[items.sk_name]) if items.sk_name else NO_SORT_KEY
        by_key.setdefault(wire_value(item[items.pk_name]), {})[sk] = item
    return by_key


def _ordered(items: StoredItems, page: list[Item]) -> Page:
    ordered: Page = {}
    for place, item in enumerate(page):
        pk = _ScanOrder(wire_value(item[items.pk_name]))
        sk = _ScanOrder(wire_value(item[items.sk_name]) if items.sk_name else NO_SORT_KEY)
        pk.place = sk.place = place
        ordered.setdefault(pk, {})[sk] = item
    return ordered
