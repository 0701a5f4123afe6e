-- named: What goes by this name: every kind of business key is tried, each by an index look-up.
with recursive kinds as (
    (select kind from business_key order by kind limit 1)
    union all
    select (select b.kind from business_key b where b.kind > kinds.kind order by b.kind limit 1)
    from kinds where kinds.kind is not null
)
select b.company_id, b.kind, b.issuer, b.subject
from kinds join business_key b on b.kind = kinds.kind and b.value = $1
where ($2::text[] is null or b.company_id = any($2::text[]))
order by b.subject, b.kind
limit 200;

-- cases: Cases by their whole ids.
select id, process, company_id, state, finished, parked, opened_at, changed_at from process_case
where id = any($1::text[]) and ($2::text[] is null or company_id = any($2::text[]))
order by id;

-- neighbours: What is linked to these documents, in either direction.
select document, subject, role from document_link where subject = any($1::text[])
union
select document, subject, role from document_link where document = any($1::text[])
limit 2000;

-- events: What happened to these cases.
select subject, at, recorded_at, type, source, summary, event_id from timeline
where subject = any($1::text[])
order by recorded_at, slot, position
limit $2;

-- received: Documents that came in, with their bytes where asked for.
select d.id, d.source, d.kind, d.content_type, d.name, d.size, d.received_at, d.status,
       case when $2 then (select string_agg(c.content, ''::bytea order by c.chunk)
                          from raw_chunk c where c.document_id = d.id) end as content
from raw_document d where d.id = any($1::uuid[])
order by d.id;

-- sent: Documents that went out, with their bytes where asked for.
select id, system, operation as document, number, case_id, status, attempts, code, detail, reply, target, method,
       content_type, business_at, created_at, case when $2 then content end as content
from delivery where case_id = any($1::text[])
order by created_at, id;

-- movements: What moved an item lately, in the physical book, newest first.
select e.occurred_at as at, e.recorded_at, p.company_id, p.location, m.from_state, m.to_state, m.quantity, m.line,
    e.subject, e.document, e.reason
from stock_position p
join lateral (
    select * from stock_movement m where m.position_id = p.id order by m.number desc limit $3
) m on true
join ledger_entry e on e.digest = m.entry
where p.item = $1 and ($2::text[] is null or p.company_id = any($2::text[]))
order by e.occurred_at desc, m.number desc
limit $3;

-- promised: What was promised of an item and what became of it lately, but for picks, which moved it, newest first.
select e.occurred_at as at, e.recorded_at, p.company_id, p.location, m.kind, m.reserved as quantity, m.free_after,
    m.reservation, coalesce(r.subject, '') as subject
from promise_position p
join lateral (
    select * from promise_movement m where m.position_id = p.id and m.reserved <> 0 and m.kind <> 'pick'
    order by m.number desc limit $3
) m on true
join ledger_entry e on e.digest = m.entry
left join reservation r on r.id = m.reservation
where p.item = $1 and ($2::text[] is null or p.company_id = any($2::text[]))
order by e.recorded_at desc, m.number desc
limit $3;

-- waiting: Who waits for an item without having been told that it is there.
select e.occurred_at as at, e.recorded_at, r.company_id, r.location, r.remaining as quantity, r.id as reservation,
    r.subject, (
        select max(s.expected_on) from peg g
        join expected_supply s on s.company_id = g.company_id and s.source = g.source and s.line = g.line
        where g.reservation = r.id) as expected_on
from reservation r
join ledger_entry e on e.digest = r.entry
where r.item = $1 and r.waiting and r.state = 'backordered'
    and ($2::text[] is null or r.company_id = any($2::text[]))
order by r.asked_number desc
limit $3;

-- expected: What is to come of an item, the earliest first.
select e.occurred_at as at, e.recorded_at, s.company_id, s.location, s.quantity - s.received as quantity, s.confidence,
    s.expected_on, s.line, s.source as subject
from expected_supply s
join ledger_entry e on e.digest = s.entry
where s.item = $1 and s.is_open and ($2::text[] is null or s.company_id = any($2::text[]))
order by s.expected_on, s.source, s.line
limit $3;
