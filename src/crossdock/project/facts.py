"""The closed vocabularies of a network: documents that are sent, and facts that somebody may state."""

from __future__ import annotations

SENT_TO_SYSTEMS: dict[str, frozenset[str]] = {
    "erp": frozenset(
        {
            "credit_note",
            "goods_movement",
            "goods_receipt",
            "inventory_adjustment",
            "invoice",
            "purchase_order",
            "purchase_order_acknowledgement",
            "sales_order",
            "supplier_invoice",
        }
    ),
    "wms": frozenset(
        {
            "inbound_advice",
            "inventory_hold",
            "return_authorization",
            "transfer_advice",
            "transfer_order",
            "warehouse_shipping_order",
        }
    ),
    "carrier": frozenset({"shipment", "tracking_request"}),
    "channel": frozenset({"availability", "order_status"}),
}
"""By role of the system."""

SENT_TO_PARTNERS: dict[str, frozenset[str]] = {
    "supplier": frozenset({"functional_acknowledgement", "purchase_order", "purchase_order_change"}),
    "customer": frozenset(
        {"credit_note", "functional_acknowledgement", "invoice", "purchase_order_acknowledgement", "ship_notice"}
    ),
    "warehouse": frozenset({"functional_acknowledgement"}),
}
"""By kind of the partner."""

TAKEN_FROM_PARTNERS: dict[str, frozenset[str]] = {
    "supplier": frozenset(
        {
            "functional_acknowledgement",
            "inventory_report",
            "purchase_order_acknowledgement",
            "ship_notice",
            "supplier_invoice",
        }
    ),
    "warehouse": frozenset({"functional_acknowledgement", "inventory_report"}),
    "customer": frozenset({"functional_acknowledgement", "purchase_order", "purchase_order_change"}),
}

DOCUMENTS: frozenset[str] = frozenset().union(
    *SENT_TO_SYSTEMS.values(), *SENT_TO_PARTNERS.values(), *TAKEN_FROM_PARTNERS.values()
)

# What a partner's document states. A customer's purchase order is our sales order.
STATED_BY_DOCUMENT: dict[str, str] = {
    "functional_acknowledgement": "functional_acknowledgement",
    "inventory_report": "stock_statement",
    "purchase_order": "sales_order",
    "purchase_order_acknowledgement": "purchase_order_acknowledgement",
    "purchase_order_change": "sales_order",
    "ship_notice": "ship_notice",
    "supplier_invoice": "supplier_invoice",
}

STATED_BY_EVENT: dict[str, str] = {
    "Customer": "customer",
    "FunctionalAcknowledgementReceived": "functional_acknowledgement",
    "GoodsReceiptPosted": "goods_receipt",
    "InventoryAdjusted": "inventory_adjustment",
    "InventoryHoldCarriedOut": "goods_receipt",
    "InventoryReported": "inventory_report",
    "Item": "item",
    "KitComponent": "item",
    "Lot": "item",
    "Pack": "item",
    "MilestoneReached": "milestone",
    "PurchaseOrderAcknowledged": "purchase_order_acknowledgement",
    "PurchaseOrderChanged": "purchase_order",
    "PurchaseOrderPlaced": "purchase_order",
    "ReturnAuthorized": "return_authorization",
    "ReturnProgressed": "return_progress",
    "SalesOrderCancelled": "sales_order",
    "SalesOrderPlaced": "sales_order",
    "ShipNoticeReceived": "ship_notice",
    "ShipmentDispatched": "shipment",
    "StockCounted": "inventory_adjustment",
    "StockStated": "stock_statement",
    "SupplierInvoiceReceived": "supplier_invoice",
    "TransferOrdered": "transfer",
    "TransferReceived": "transfer_progress",
    "TransferShipped": "transfer_progress",
    "WarehouseProgressed": "warehouse_progress",
}
"""By type of the event or master record that comes in from outside."""

# What any system of the network may say: it is only compared with what the owner of the fact said.
COMPARED_ONLY = frozenset({"StockStated"})

# Facts that systems state, with the role of the system that usually does.
OWNED_FACTS: dict[str, str] = {
    "customer": "erp",
    "goods_receipt": "wms",
    "inventory_adjustment": "wms",
    "inventory_report": "wms",
    "item": "erp",
    "milestone": "carrier",
    "purchase_order": "erp",
    "return_authorization": "erp",
    "return_progress": "wms",
    "sales_order": "channel",
    "shipment": "wms",
    "transfer": "erp",
    "transfer_progress": "wms",
    "warehouse_progress": "wms",
}
# Facts that only come up where some system is sent a document: nobody needs to own them before.
ONLY_WITH: dict[str, str] = {"transfer": "transfer_order", "transfer_progress": "transfer_order"}
# What narrows the facts of a role: a WMS speaks for its warehouse, a shop for its channel.
NARROWED_BY: dict[str, str] = {"wms": "location", "channel": "channel"}
