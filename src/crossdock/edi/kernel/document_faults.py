"""Faults of documents that are no EDI interchange: XML (UBL) and files of a declared layout. The columns are those of
`fault_table.py`; no acknowledgement of X12 or EDIFACT can say any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossdock.edi.kernel.fault_table import Row

# fmt: off
DOCUMENT: tuple[Row, ...] = (
    ("not_xml", "error", "", "", "", "",
     "the input is no XML",
     "Look at the first bytes; read it with what is made for that syntax."),
    ("xml_malformed", "error", "", "", "", "",
     "the document is not well-formed XML",
     "Ask the partner to send it again; look whether the transfer was cut off."),
    ("xml_document_type", "error", "", "", "", "",
     "the document has a document type declaration, which UBL has not",
     "Ask the partner to send it without DOCTYPE."),
    ("xml_external_entity", "error", "", "", "", "",
     "the document wants something to be read from elsewhere (XXE)",
     "Nothing was read. Treat it as an attack until the partner explains it."),
    ("xml_entity_expansion", "error", "", "", "", "",
     "the document declares entities that grow when they are read (billion laughs, quadratic blowup)",
     "Nothing was read. Treat it as an attack until the partner explains it."),
    ("xml_too_deep", "error", "", "", "", "",
     "the elements of the document are nested more deeply than the limit",
     "No business document is so deep. Ask the partner what made it."),
    ("encoding_unknown", "error", "", "", "", "",
     "the encoding that the document names is none that is read",
     "Ask the partner for UTF-8."),
    ("encoding_invalid", "error", "", "", "", "",
     "the bytes of the document are not of the encoding it names",
     "Ask the partner to save it in the encoding that it says, best UTF-8."),
    ("document_unknown", "error", "", "", "", "",
     "no map reads this document",
     "Look at its name and namespace; ask the partner for one of those that are read."),
    ("currency_mismatch", "error", "", "", "", "",
     "an amount is in another currency than the document",
     "Ask the partner for one currency for each document."),
    ("tax_mismatch", "warning", "", "", "", "",
     "the taxes of the invoice do not follow from what is taxed and its rates",
     "Compare with the rule that the fault names; ask the partner for a right invoice before it is paid."),
    ("tax_category_invalid", "warning", "", "", "", "",
     "a tax category is missing, or has a rate or a reason that it cannot have",
     "Compare with the rule that the fault names; ask the partner which tax it means."),
    ("record_unknown", "error", "", "", "", "",
     "the layout has no record of this kind",
     "Compare the record with the layout; add the kind, or say that it is left out."),
    ("record_broken", "error", "", "", "", "",
     "the record cannot be cut into its columns",
     "Look at quotes and delimiters of the record; the others were read."),
    ("record_too_long", "error", "", "", "", "",
     "the record is longer than the limit",
     "Look for a quote that is never closed."),
    ("column_missing", "error", "", "", "", "",
     "the record lacks a column that the layout needs",
     "Ask the partner for the column, or mark it as optional in the layout."),
    ("column_invalid", "error", "", "", "", "",
     "the value is not what the layout says of its column",
     "Compare the value with the type of the column."),
    ("column_unexpected", "warning", "", "", "", "",
     "the record has more columns than the layout",
     "Add the column to the layout, or ignore it there by name."),
    ("document_inconsistent", "error", "", "", "", "",
     "records of one document contradict one another, or it lacks something that its object needs",
     "Look at the records of the document; the others were read."),
)
# fmt: on
