-- Columns travel as array literals (store/arrays.py), quantities come back as text: both for the driver's speed.

-- positions: a page of a company's positions behind an item, in key order
select item, location, pool, on_hand::text, (on_hand - safety - reserved - allocated)::text as free
from promise_position
where company_id = $1 and item collate "C" > $2
order by company_id, item, location, pool limit $3

-- positions_of: the positions of some items, in key order
select p.item, p.location, p.pool, p.on_hand::text, (p.on_hand - p.safety - p.reserved - p.allocated)::text as free
from unnest($2::text::text[]) as k (item)
join promise_position as p on p.company_id = $1 and p.item = k.item
order by p.item, p.location, p.pool

-- kept: what rules keep back of items in a range
select item, location, reason, source, quantity::text, rule from kept_back
where company_id = $1 and item >= $2 and item <= $3 and pool = '' and rule <> '' and reason in ('safety', 'haircut')

-- waiting: items in a range for which somebody waits
select distinct item from reservation
where company_id = $1 and item >= $2 and item <= $3 and waiting

-- known: which of these items the master data know
select id from item where company_id = $1 and id = any($2::text::text[]) order by id

-- count: how many positions a company has
select count(*) from promise_position where company_id = $1

-- horizon: below this transaction id nothing can come any more
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- new_items: items behind one with positions whose first movement is of these transactions, in order
select distinct p.item from promise_movement as m join promise_position as p on p.id = m.position_id
where m.transaction_id >= $2 and m.transaction_id < $3 and m.number = 1 and p.company_id = $1
    and p.item collate "C" > $4
order by p.item limit $5

-- hold: lock positions in key order, made if missing, and change what is kept back there
insert into promise_position as p (company_id, item, location, pool, safety, counter)
select $1, k.item, k.location, '', k.safety, k.movements
from unnest($2::text::text[], $3::text::text[], $4::text::numeric[], $5::text::bigint[])
    as k (item, location, safety, movements)
order by k.item collate "C", k.location collate "C"
on conflict (company_id, item, location, pool) do update
set safety = p.safety + excluded.safety, counter = p.counter + excluded.counter
returning p.item, p.location, p.id, p.counter, (p.on_hand - p.safety - p.reserved - p.allocated)::text as free

-- drop: take away what is kept back no longer, if it still is what was read; under the positions' locks. Statements of
-- their own: planned while the table is small, a statement for all cases would read all of it for nothing later.
delete from kept_back as b
using unnest($2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[], $6::text::numeric[])
    as k (item, location, reason, source, quantity)
where b.company_id = $1 and b.item = k.item and b.location = k.location and b.pool = '' and b.reason = k.reason
    and b.source = k.source and b.quantity = k.quantity

-- alter: keep back another quantity than was read, or by another rule
update kept_back as b set quantity = k.quantity, rule = k.rule, since = $9, entry = $10
from unnest($2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[], $6::text::numeric[],
    $7::text::numeric[], $8::text::text[]) as k (item, location, reason, source, before, quantity, rule)
where b.company_id = $1 and b.item = k.item and b.location = k.location and b.pool = '' and b.reason = k.reason
    and b.source = k.source and b.quantity = k.before

-- record: what is kept back from now on, with the entry and the journal. Answers how many rows were not there yet, and
-- whether somebody waits for what becomes free.
with new as (
    insert into kept_back (company_id, item, location, pool, reason, source, quantity, rule, since, entry)
    select $1, k.item, k.location, '', k.reason, k.source, k.quantity, k.rule, $2, $3
    from unnest($4::text::text[], $5::text::text[], $6::text::text[], $7::text::text[], $8::text::numeric[],
        $9::text::text[]) as k (item, location, reason, source, quantity, rule)
    on conflict do nothing
    returning 1
), booked as (
    insert into promise_movement (position_id, number, kind, safety, free_after, entry, rule, transaction_id)
    select k.position_id, k.number, k.kind, k.safety, k.free_after, $3, k.rule,
        (select pg_current_xact_id()::text::bigint)
    from unnest($10::text::bigint[], $11::text::bigint[], $12::text::text[], $13::text::numeric[],
        $14::text::numeric[], $15::text::text[]) as k (position_id, number, kind, safety, free_after, rule)
), entered as (
    insert into ledger_entry (digest, company_id, key, what, subject, document, actor, content, occurred_at)
    values ($3, $1, $16, 'policy', '', $17, $18, $19, $2)
)
select (select count(*) from new) as done,
    exists (select 1 from reservation where company_id = $1 and item = any($20::text::text[]) and waiting) as waiting
