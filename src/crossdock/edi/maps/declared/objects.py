"""The business objects that definitions may fill."""

from __future__ import annotations

from typing import Any

from crossdock.model.acknowledgement import FunctionalAcknowledgement, InterchangeAcknowledgement, SyntaxReport
from crossdock.model.activity import ProductActivity
from crossdock.model.advice import ApplicationAdvice, PartyInformation, TextMessage
from crossdock.model.catalogue import PriceCatalogue
from crossdock.model.freight import (
    FreightInvoice,
    LoadTender,
    LoadTenderResponse,
    RoutingInstructions,
    RoutingRequest,
    ShipmentStatusReport,
)
from crossdock.model.fulfillment import (
    InventoryAdjustment,
    InventoryReport,
    WarehouseShippingAdvice,
    WarehouseShippingOrder,
)
from crossdock.model.invoice import Invoice
from crossdock.model.order_status import OrderStatusInquiry, OrderStatusReport
from crossdock.model.purchase_order import PurchaseOrder, PurchaseOrderAcknowledgement, PurchaseOrderChange
from crossdock.model.remittance import CreditDebitAdjustment, RemittanceAdvice
from crossdock.model.sales_order import ReturnAuthorization
from crossdock.model.schedule import DeliverySchedule
from crossdock.model.ship_notice import GoodsReceipt, InboundAdvice, ShipNotice

OBJECTS: dict[str, type[Any]] = {
    each.__name__: each
    for each in (
        ApplicationAdvice,
        CreditDebitAdjustment,
        DeliverySchedule,
        FreightInvoice,
        FunctionalAcknowledgement,
        GoodsReceipt,
        InboundAdvice,
        InterchangeAcknowledgement,
        InventoryAdjustment,
        InventoryReport,
        Invoice,
        LoadTender,
        LoadTenderResponse,
        OrderStatusInquiry,
        OrderStatusReport,
        PartyInformation,
        PriceCatalogue,
        ProductActivity,
        PurchaseOrder,
        PurchaseOrderAcknowledgement,
        PurchaseOrderChange,
        RemittanceAdvice,
        ReturnAuthorization,
        RoutingInstructions,
        RoutingRequest,
        ShipNotice,
        ShipmentStatusReport,
        SyntaxReport,
        TextMessage,
        WarehouseShippingAdvice,
        WarehouseShippingOrder,
    )
}
