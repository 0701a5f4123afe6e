-- keep_statement: what a system said, with how far the log was: what stood in it then is booked before we compare
insert into stock_statement (id, company_id, system, location, number, subject, kind, counted, complete, lists_facts,
    conditions, stated_at, received_at, uncertainty_seconds, sequence, heads, levels)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
    (select array_agg(position order by slot) from log_head), $16)
on conflict (company_id, system, location, number) do nothing
returning id

-- keep_levels: how much it said of each item
insert into stated_level (statement, item, condition, lot, quantity, unit)
select $1, l.item, l.condition, l.lot, sum(l.quantity), min(l.unit)
from unnest($2::text::text[], $3::text::text[], $4::text::text[], $5::text::numeric[], $6::text::text[])
    as l (item, condition, lot, quantity, unit)
group by l.item, l.condition, l.lot

-- keep_facts: the changes it listed; each is kept once
insert into stated_fact (company_id, system, location, item, number, at, changes, what, reference, again, listed_at)
select $1, $2, $3, f.item, f.number, f.at, f.changes, f.what, f.reference, f.again, $11
from unnest($4::text::text[], $5::text::text[], $6::text::timestamptz[], $7::text::text[], $8::text::text[],
    $9::text::text[], $10::text::text[]) as f (item, number, at, changes, what, reference, again)
on conflict do nothing

-- waiting: the oldest statement to compare whose past is booked and that is not put off. Nor is one compared before an
-- earlier one of the same system and place that failed: that would only be kept then, and a count among them would judge
-- a drift by numbers older than those it has
select s.*, (select max(b.stated_at) from stock_statement b where b.company_id = s.company_id and b.system = s.system
        and b.location = s.location and b.compared_at is not null and not b.counted and b.differences is not null)
    as compared_before
from stock_statement s
where s.compared_at is null and s.wait_until <= clock_timestamp() and (select count(*) from checkpoint c
    where c.consumer = 'cases' and c.position >= s.heads[c.slot + 1]) = array_length(s.heads, 1)
    and not exists (select 1 from stock_statement f where f.company_id = s.company_id and f.system = s.system
        and f.location = s.location and f.compared_at is null and f.attempts > 0
        and (f.stated_at, f.id) < (s.stated_at, s.id))
order by s.stated_at, s.id limit 1

-- has_stock: is there anything to compare with? Before the opening balance there is not
select exists (select 1 from stock_position where company_id = $1 and location = any($2::text[]))

-- compared: a statement is done; refused if another worker did it
update stock_statement set compared_at = $2, differences = $3 where id = $1 and compared_at is null returning id

-- put_off: a statement that could not be compared is tried again later
update stock_statement set attempts = attempts + 1, wait_until = clock_timestamp() + $2::interval, failure = $3
where id = $1 and compared_at is null

-- forget_levels: levels of statements that two later ones of the same system and place were compared after
delete from stated_level l using (
    select id from (select id, compared_at, row_number() over (partition by company_id, system, location
        order by stated_at desc) as age from stock_statement where company_id = $1 and system = $2 and location = $3
        and compared_at is not null and not counted) as r where r.age > 2 limit 50) as old
where l.statement = old.id

-- note_moment: from now on, whatever is recorded has at least this transaction id
insert into ledger_moment (at, transaction_id)
select business_now(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint
where not exists (select 1 from ledger_moment where noted_at > clock_timestamp() - $1::interval)
on conflict do nothing

-- forget_moments: moments that nobody looks back to any more
delete from ledger_moment where at < business_now() - $1::interval

-- mark: below this transaction id, nothing was recorded at or after a moment; 0 where no moment is known
select coalesce((select transaction_id from ledger_moment where at <= $1 order by at desc limit 1), 0)

-- differences: where the physical book at a moment and a statement are not the same; what happened after the moment is
-- taken back from what stands now, so the history before it costs nothing
with later as (
    select p.item, c.state, sum(c.quantity) as quantity
    from stock_movement m
    join ledger_entry e on e.digest = m.entry
    cross join lateral (values (m.position_id, m.from_state, m.quantity),
        (coalesce(m.to_position_id, m.position_id), m.to_state, -m.quantity)) as c (position, state, quantity)
    join stock_position p on p.id = c.position
    where m.transaction_id >= $4 and e.occurred_at > $5 and p.company_id = $1 and p.location = any($2::text[])
    group by p.item, c.state
), ours as (
    select item, case when $7 then 'book' else state end as condition, sum(quantity) as quantity
    from (
        select p.item, s.state, s.quantity from stock_position p
        cross join lateral (values ('unrestricted', p.unrestricted), ('picked', p.picked), ('packed', p.packed),
            ('in_transfer', p.in_transfer), ('quarantined', p.quarantined), ('damaged', p.damaged),
            ('expired', p.expired)) as s (state, quantity)
        where p.company_id = $1 and p.location = any($2::text[]) and s.quantity <> 0
        union all select item, state, quantity from later
    ) as either
    where state = any($8::text[]) and ($7 or state = any($6::text[]))
    group by 1, 2
), theirs as (
    select item, condition, sum(quantity) as quantity from stated_level
    where statement = $3 and condition = any($6::text[]) group by item, condition
)
select coalesce(o.item, t.item) as item, coalesce(o.condition, t.condition) as condition,
    coalesce(o.quantity, 0) as ours, coalesce(t.quantity, 0) as theirs
from ours o full join theirs t on t.item = o.item and t.condition = o.condition
where coalesce(o.quantity, 0) <> coalesce(t.quantity, 0)
    and ($9 or coalesce(o.item, t.item) in (select item from stated_level where statement = $3))

-- named_items: the items a statement that is not complete speaks of
select distinct item from stated_level where statement = $1

-- our_facts: changes at a location by what happened after a moment, of each item after its own, the document that told the other system of
-- each, and whether that is still on its way; where none is known by its number, whether any of the case is. What was
-- put aside of a receipt is another fact than the receipt, for the other system is asked to do it; so is what went
-- straight to packed, which the order that it is for asks for
select p.item, m.entry, s.subject, e.document, e.reason, e.occurred_at, c.state, c.quantity,
    c.held or e.reason = 'receipt' and m.from_state = 'unrestricted' and m.to_state = 'quarantined' as held,
    coalesce(told.key, '') as reference,
    exists (select 1 from delivery d cross join business_clock b where d.case_id = s.subject and d.system = $6
        and (told.key is null or d.idempotency_key = told.key)
        and (d.status in ('ready', 'sending', 'waiting') or d.status = 'delivered'
            and b.origin_business + (d.delivered_at - b.origin_technical) * b.rate > $7)) as under_way
from unnest($3::text[], $5::timestamptz[]) as w (item, after)
join stock_position p on p.company_id = $1 and p.location = any($2::text[]) and p.item = w.item
join stock_movement m on m.position_id = p.id or m.to_position_id = p.id
join ledger_entry e on e.digest = m.entry
cross join lateral (select m.from_state = 'supplier' and m.to_state = 'packed' as straight) as x
cross join lateral (
    select * from (values (m.position_id, m.from_state, -m.quantity, false),
        (coalesce(m.to_position_id, m.position_id), m.to_state, m.quantity, false)) as o where not x.straight
    union all
    select * from (values (m.position_id, 'unrestricted', m.quantity, false),
        (m.position_id, 'unrestricted', -m.quantity, true), (m.position_id, 'packed', m.quantity, true)) as o
        where x.straight
) as c (position, state, quantity, held)
left join reservation r on x.straight and c.held and r.id = m.reservation
cross join lateral (select coalesce(r.subject, e.subject) as subject) as s
left join lateral (
    select d.idempotency_key as key from delivery d
    where d.case_id = s.subject and d.system = $6 and d.operation = any($8::text[]) and e.document <> ''
        and right('.' || d.number, length(e.document) + 1) = '.' || e.document
    order by strpos('.' || d.number, '.' || p.location || '.') > 0 desc, d.number limit 1
) as told on true
where c.position = p.id and m.transaction_id >= $4 and e.occurred_at > w.after and e.occurred_at <= $7
    and e.reason <> 'opening'

-- their_facts: changes that the other system had listed by a statement, of each item after its own moment, and the
-- document and case of ours that the reference of each names
select f.item, f.number, f.at, f.changes, f.what, f.again, f.listed_at, coalesce(d.case_id, '') as document,
    coalesce(d.idempotency_key, '') as reference,
    coalesce(d.operation = 'inventory_adjustment' and d.case_id like 'stock\_correction/%', false) as correction
from unnest($4::text[], $5::timestamptz[]) as w (item, after)
join stated_fact f on f.item = w.item and f.at > w.after
left join delivery d on f.reference <> '' and d.system = f.system and d.idempotency_key = f.reference
where f.company_id = $1 and f.system = $2 and f.location = $3 and f.listed_at <= $6

-- settled: drifts of these items that are over, and what each was about
select item, id, evidence, closed_at, resolution from drift
where company_id = $1 and system = $2 and location = $3 and item = any($4::text[]) and closed_at > $5

-- alive: the drifts there are with a system at a location
select * from drift where company_id = $1 and system = $2 and location = $3 and closed_at is null

-- hold_alive: the same, locked in order: people decide about them too
select * from drift where company_id = $1 and system = $2 and location = $3 and closed_at is null order by id for update

-- save_drifts: drifts as they stand now
insert into drift as d (id, company_id, system, location, item, kind, state, cause, detail, evidence, differences, units,
    money, currency, rule, window_minutes, agreed_at, first_seen_at, last_seen_at, due_at, requested_at, proposed,
    rejected, correction, proposals, changes, closed_at, resolution, looked_at)
select * from unnest($1::text::uuid[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::text[], $11::text::text[],
    $12::text::numeric[], $13::text::numeric[], $14::text::text[], $15::text::text[], $16::text::int[],
    $17::text::timestamptz[], $18::text::timestamptz[], $19::text::timestamptz[], $20::text::timestamptz[],
    $21::text::timestamptz[], $22::text::text[], $23::text::text[], $24::text::text[], $25::text::int[],
    $26::text::int[], $27::text::timestamptz[], $28::text::text[], $29::text::timestamptz[])
on conflict (id) do update set state = excluded.state, cause = excluded.cause, detail = excluded.detail,
    evidence = excluded.evidence, differences = excluded.differences, units = excluded.units, money = excluded.money,
    currency = excluded.currency, rule = excluded.rule, window_minutes = excluded.window_minutes,
    last_seen_at = excluded.last_seen_at, due_at = excluded.due_at, requested_at = excluded.requested_at,
    proposed = excluded.proposed, rejected = excluded.rejected, correction = excluded.correction,
    proposals = excluded.proposals, changes = excluded.changes, closed_at = excluded.closed_at,
    resolution = excluded.resolution, looked_at = excluded.looked_at

-- save_changes: how they came to it
insert into drift_change (drift, number, at, statement, state, cause, detail, differences, units)
select * from unnest($1::text::uuid[], $2::text::int[], $3::text::timestamptz[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::text[], $8::text::text[], $9::text::numeric[])
on conflict do nothing

-- keep_assertions: what was there at a moment, with what had been recorded by then
insert into stock_assertion (subject, company_id, location, item, at, seen, places)
select a.subject, a.company_id, a.location, a.item, a.at, $6::text::pg_snapshot, $7::text[]
from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::timestamptz[])
    as a (subject, company_id, location, item, at)
on conflict (subject) do update set at = excluded.at, seen = excluded.seen

-- seen_now: what this transaction can see
select pg_current_snapshot()::text

-- came_late: movements of before an asserted moment that nobody had seen when it was asserted, nor at the last look.
-- Of several assertions of one item only the earliest of that time takes the fact: the later ones know its result
select a.subject, a.company_id, a.derived, e.subject as document, c.state, sum(c.quantity) as quantity
from stock_movement m
join ledger_entry e on e.digest = m.entry
cross join lateral (values (m.position_id, m.from_state, -m.quantity),
    (coalesce(m.to_position_id, m.position_id), m.to_state, m.quantity)) as c (position, state, quantity)
join stock_position p on p.id = c.position
join lateral (select * from stock_assertion x where x.company_id = p.company_id and p.location = any(x.places)
    and x.item = p.item and x.at >= e.occurred_at order by x.at, x.subject limit 1) as a on true
where m.transaction_id >= $2 and e.what = 'move' and e.reason not in ('opening', 'correction')
    and not pg_visible_in_snapshot(m.transaction_id::text::xid8, a.seen)
    and not pg_visible_in_snapshot(m.transaction_id::text::xid8, $1::text::pg_snapshot)
    and pg_visible_in_snapshot(m.transaction_id::text::xid8, $4::text::pg_snapshot)
    and c.state = any($3::text[]) and (a.subject = $5 or $5 = '' and a.untold_since = '')
group by a.subject, a.company_id, a.derived, e.subject, c.state
having sum(c.quantity) <> 0
order by a.subject, e.subject, c.state

-- derived: these assertions were derived again
update stock_assertion as a
set derived = n.derived, untold_since = '', attempts = 0, wait_until = '-infinity', failure = ''
from unnest($1::text::text[], $2::text::int[]) as n (subject, derived) where a.subject = n.subject

-- untold: these assertions could not be told what came late; that is tried again after a pause
update stock_assertion as a set untold_since = n.since, attempts = attempts + 1, failure = n.failure,
    wait_until = clock_timestamp() + n.pause
from unnest($1::text[], $2::text[], $3::interval[], $4::text[]) as n (subject, since, pause, failure)
where a.subject = n.subject

-- to_tell: assertions of which that is due again
select subject, untold_since, attempts from stock_assertion
where untold_since <> '' and wait_until <= clock_timestamp() order by wait_until limit 100

-- told_all: nothing came late after all
update stock_assertion set untold_since = '', attempts = 0, wait_until = '-infinity', failure = '' where subject = $1

-- forget_assertion: nothing was booked because of it
delete from stock_assertion where subject = any($1::text[])

-- forget_assertions: of moments so long ago that no fact of before them is waited for
delete from stock_assertion where at < business_now() - $1::interval

-- forget_statements: statements of long ago that were compared, but for the latest of their system and place: the last
-- of all, and the last two that others are judged by
with old as materialized (
    select o.id from stock_statement as o
    where o.compared_at is not null and o.stated_at < business_now() - $1::interval
        and (select count(*) from (
            select 1 from stock_statement as n
            where n.company_id = o.company_id and n.system = o.system and n.location = o.location
                and n.stated_at > o.stated_at and n.compared_at is not null and not n.counted
                and n.differences is not null
            order by n.stated_at desc limit 2) as later) = 2
    order by o.stated_at limit $2),
levels as (
    delete from stated_level where statement in (select id from old))
delete from stock_statement where id in (select id from old)

-- forget_facts: changes of long ago that systems listed, but for those of items they differ on
delete from stated_fact where ctid = any(array(
    select f.ctid from stated_fact as f
    where f.at < business_now() - $1::interval and f.listed_at < business_now() - $1::interval
        and not exists (select 1 from drift as d where d.company_id = f.company_id and d.system = f.system
            and d.location = f.location and d.item = f.item and d.closed_at is null)
    order by f.at limit $2))
