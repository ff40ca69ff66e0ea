"""What the connectors to Frappe HR have in common. Knows Frappe's REST API, no document type.

/api/resource, and /api/method/frappe.client.insert and .delete (Frappe 14 and newer, whose delete takes a row out of a
table).
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from trueup.connectors.forms.rows import Row, RowTarget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.connectors.target import Line, Options
    from trueup.kit.exchange import Reply

INSERT, DELETE = "api/method/frappe.client.insert", "api/method/frappe.client.delete"
EMPLOYEE = (
    "employees are called by the names of their Employee documents: their numbers, or people = an issuer"
)
WINDOW = timedelta(seconds=2)


class Frappe(RowTarget):
    """What the three have in common. The secret is key:secret of an API user."""

    doctype: ClassVar[str]  # of the row

    def __init__(self, options: Options) -> None:
        self._options = options
        self._headers = {"Authorization": f"token {options.secret}", "Accept": "application/json"}

    async def take_away(self, line: Line, number: str) -> Reply:
        """Delete the row by its name."""
        return await self.post(line, DELETE, {"doctype": self.doctype, "name": number})

    @staticmethod
    def number(row: Any) -> str | None:
        """The name of a row that is listed; an insertion answers with the whole document, and is looked up."""
        told = row.get("name") if isinstance(row, dict) else None
        return None if told is None else str(told)

    async def post(self, line: Line, path: str, document: Any) -> Reply:
        """POST below the site's address."""
        return await line.ask("POST", self._options.at(path), headers=self._headers, document=document)

    async def get(self, line: Line, doctype: str, name: str = "", **params: Any) -> Reply:
        """GET documents of a type, or one by its name; `params` go as JSON."""
        url = self._options.at(
            f"api/resource/{quote(doctype)}" + (f"/{quote(name, safe='')}" if name else "")
        )
        asked = {key: json.dumps(value) for key, value in params.items()}
        return await line.ask("GET", url, headers=self._headers, params=asked or None)


class Child(Frappe):
    """A row in the table of a document."""

    parent: ClassVar[str]  # the document type that has the table
    table: ClassVar[str]

    def _document(self, fields: Mapping[str, Any]) -> str:
        """The name of the document that has the row."""
        return str(fields["parent"])

    def _row(self, fields: Mapping[str, Any]) -> Row:
        return {name: value for name, value in fields.items() if name != "parent"}

    async def make(self, line: Line, fields: Mapping[str, Any]) -> Reply:
        """Insert the row into the document."""
        place = {"parenttype": self.parent, "parent": self._document(fields), "parentfield": self.table}
        return await self.post(line, INSERT, {"doc": {"doctype": self.doctype, **place, **self._row(fields)}})

    async def rows(self, line: Line, fields: Mapping[str, Any]) -> tuple[Reply, Sequence[Row] | None]:
        """The table of the document; of a document that is not there, none."""
        reply = await self.get(line, self.parent, self._document(fields))
        if reply.status == 404:
            return reply, []
        data = data_of(reply)
        rows = data.get(self.table, []) if isinstance(data, dict) else None
        readable = isinstance(rows, list) and all(isinstance(one, dict) for one in rows)
        return reply, rows if reply.good and readable else None

    def read(self, row: Row, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of the row that are ours."""
        return {**{name: row.get(name) for name in self._row(fields)}, "parent": fields["parent"]}


def data_of(reply: Reply) -> Any:
    """What an answer holds; None where it holds nothing."""
    document = reply.json()
    return document.get("data") if isinstance(document, dict) else None
