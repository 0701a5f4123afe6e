-- counts: the whole installation in numbers
select
    (select coalesce(sum(count), 0) from event_count)::bigint as events,
    (select count(*) from process_case where process = 'sales_order') as orders,
    (select count(*) from process_case where process = 'purchase_order') as purchase_orders,
    (select coalesce(sum(count), 0) from event_count where type = 'StockPromised')::bigint as promised,
    (select coalesce(sum(count), 0) from event_count where type = 'ShipmentDispatched')::bigint as shipments,
    (select count(*) from delivery where operation = 'purchase_order' and status = 'delivered') as purchase_orders_sent,
    (select count(*) from delivery where operation = 'invoice' and system <> all ($1::text[]) and status = 'delivered')
        as invoiced,
    (select count(*) from delivery where operation = 'supplier_invoice' and status = 'delivered') as matched,
    (select coalesce(sum(count), 0) from event_count where type = 'GoodsReceiptPosted')::bigint as receipts,
    (select coalesce(sum(count), 0) from event_count where type = 'PurchaseOrderAcknowledged')::bigint
        as acknowledgements,
    (select count(*) from exception_case where closed_at is null) as open_exceptions,
    (select count(*) from exception_case) as exceptions,
    (select count(*) from delivery where status = 'dead') as dead_letters,
    (select count(*) from delivery) as deliveries,
    (select count(*) from delivery where status in ('ready', 'sending')) as deliveries_under_way,
    (select count(*) from raw_document
        where faults <> '' and status in ('quarantined', 'partial', 'conflict')) as quarantined,
    (select coalesce(sum(on_hand), 0) from promise_position) as on_hand,
    (select coalesce(sum(reserved + allocated), 0) from promise_position) as reserved,
    (select count(*) from reservation where waiting) as waiting,
    business_now() as business_now

-- lines_by_state: how many lines of a process stand where
select state, count(*) from line_status where subject like $1 || '/%' group by state order by state

-- exceptions_by_code: problems of people, open and in all
select code, count(*) as count, count(*) filter (where closed_at is null) as open from exception_case
group by code order by code

-- work_left: what is not settled: events behind their consumers, deliveries that may go, deadlines that are due
select
    (select coalesce(sum(h.position - c.position), 0) from log_head h join checkpoint c on c.slot = h.slot)::bigint
        as events,
    (select count(*) from delivery d join delivery_key k on k.system = d.system and k.ordering_key = d.ordering_key
     where d.status in ('ready', 'sending', 'waiting') and not k.parked) as deliveries,
    (select count(*) from deadline where fired_at is null and due_at <= business_now()) as deadlines,
    (select count(*) from raw_document where status = 'received') as documents

-- events_behind: events that a consumer has not read yet
select coalesce(sum(h.position - c.position), 0)::bigint from log_head h join checkpoint c on c.slot = h.slot

-- movements: physical movements booked
select count(*) from stock_movement
