-- take_one_head: reserve positions in one slot; and the version of the network in force
update log_head set position = position + $2 where slot = $1
returning slot, segment, position, clock_timestamp() as now,
    (select version from network_version order by applied_at desc limit 1) as network

-- lock_heads: lock the heads of several slots in order, before any is changed
select 1 from log_head where slot = any($1::text::smallint[]) order by slot for update

-- take_heads: lock the heads of several slots in order and reserve positions in them
with locked as materialized (
    select slot from log_head where slot = any($1::text::smallint[]) order by slot for update)
update log_head as h set position = h.position + taken.count
from locked, unnest($1::text::smallint[], $2::text::bigint[]) as taken (slot, count)
where h.slot = locked.slot and h.slot = taken.slot
returning h.slot, h.segment, h.position, clock_timestamp() as now,
    (select version from network_version order by applied_at desc limit 1) as network

-- insert_events: write a few events; more go by COPY
insert into event (segment, slot, position, id, type, schema_version, subject, partition_key, company_id, source,
    source_sequence, actor, on_behalf_of, occurred_at, occurred_precision, occurred_zone, recorded_at, correlation_id,
    causation_id, trace_id, network_version, process_version, simulation, body)
select * from unnest($1::text::int[], $2::text::smallint[], $3::text::bigint[], $4::text::uuid[], $5::text::text[],
    $6::text::smallint[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::text[], $11::text::bigint[],
    $12::text::text[], $13::text::text[], $14::text::timestamptz[], $15::text::text[], $16::text::text[],
    $17::text::timestamptz[], $18::text::uuid[], $19::text::uuid[], $20::text::text[], $21::text::int[],
    $22::text::text[], $23::text::text[], $24::text::text[])

-- read_slot: the events of one slot behind a position, in order
select * from event where segment >= $1 and slot = $2 and position > $3 order by segment, slot, position limit $4

-- read_slots: the events of several slots, each behind its own position and up to its own number, slot by slot; of the
-- types that tell the reader nothing, only one that stands last in its slot: it shows how far was read. (Each bound of
-- the position by itself, or the index knows no end and reads all that waits.)
select e.* from unnest($1::text::int[], $2::text::smallint[], $3::text::bigint[], $4::text::bigint[]) with ordinality
    as wanted (segment, slot, position, most, place)
join log_head as h on h.slot = wanted.slot
cross join lateral (
    select * from event
    where segment >= wanted.segment and slot = wanted.slot and position > wanted.position
        and position <= wanted.position + wanted.most and position <= h.position
        and (type <> all($5::text::text[]) or position = least(h.position, wanted.position + wanted.most))) as e
order by wanted.place, e.segment, e.position

-- heads: where the slots stand
select slot, segment, position from log_head where slot = any($1::text::smallint[]) order by slot

-- acquire: take free or expired slots, raising their epoch (materialized, or the limit would hold per row joined)
with free as materialized (
    select slot from checkpoint where consumer = $1 and leased_until < clock_timestamp()
    order by slot limit $3 for update skip locked)
update checkpoint as c set owner = $2, epoch = c.epoch + 1, leased_until = clock_timestamp() + $4::interval
from free where c.consumer = $1 and c.slot = free.slot
returning c.consumer, c.slot, c.segment, c.position, c.epoch

-- previous_owners: who held the slots that are about to be taken
select distinct owner from checkpoint where consumer = $1 and leased_until < clock_timestamp() and owner not in ('', $2)

-- terminate_sessions: end what a former owner still has open (each batch names itself in its transaction)
select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname = current_database() and application_name = any($1::text[]) and pid <> pg_backend_pid()

-- advance: move checkpoints in the transaction of the batch's effects, renewing the leases
update checkpoint as c set segment = b.to_segment, position = b.to_position,
    leased_until = clock_timestamp() + $8::interval
from unnest($3::text::smallint[], $4::text::bigint[], $5::text::bigint[], $6::text::int[], $7::text::bigint[])
    as b (slot, epoch, position, to_segment, to_position)
where c.consumer = $1 and c.slot = b.slot and c.owner = $2 and c.epoch = b.epoch and c.position = b.position
returning c.slot

-- renew: keep idle slots
with mine as materialized (
    select slot from checkpoint where consumer = $1 and owner = $2 order by slot for update skip locked)
update checkpoint as c set leased_until = clock_timestamp() + $3::interval from mine
where c.consumer = $1 and c.slot = mine.slot
returning c.slot

-- release: give slots back
with mine as materialized (
    select slot from checkpoint where consumer = $1 and owner = $2 and slot = any($3::smallint[])
    order by slot for update)
update checkpoint as c set owner = '', leased_until = '-infinity' from mine
where c.consumer = $1 and c.slot = mine.slot

-- standing: the slots of an owner, and where it stands in them
select slot, epoch, segment, position from checkpoint where consumer = $1 and owner = $2

-- ensure_consumer: make a consumer's rows
insert into checkpoint (consumer, slot) select $1, slot from generate_series(0, 63) as slot
on conflict do nothing

-- take_numbers: several counters at once, in name order
insert into number_counter as c (name, value)
select * from unnest($1::text[], $2::bigint[])
on conflict (name) do update set value = c.value + excluded.value
returning name, value

-- write_keys: how people and documents name cases
insert into business_key (company_id, kind, issuer, value, subject, document, number)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
    $6::text::text[], $7::text::text[])
on conflict do nothing

-- write_links: which document is part of which
insert into document_link (company_id, document, subject, line, role)
select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[])
on conflict do nothing

-- find_keys: the subjects of business keys named by kind, issuer and value
select k.kind, k.issuer, k.value, k.subject, k.document, k.number
from unnest($1::text::text[], $2::text::text[], $3::text::text[]) as asked (kind, issuer, value)
join business_key as k on k.kind = asked.kind and k.value = asked.value and k.issuer = asked.issuer

-- add_segment: the next segment, with how many events came before it
insert into log_segment (segment, events_before)
select (select max(segment) + 1 from log_segment), (select sum(position) from log_head)
returning segment

-- segment_due: is the newest segment large or old enough to be followed by another?
select (select sum(position) from log_head) - s.events_before >= $1
    or (s.opened_at < clock_timestamp() - $2::interval and (select sum(position) from log_head) > s.events_before)
from log_segment s order by segment desc limit 1

-- raise_segment: point every head at the new segment
update log_head set segment = $1
