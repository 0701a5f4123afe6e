-- known: what is known to be wrong at some places
select v.unit, v.place, v.law, v.spot, v.company_id, v.expected, v.found, v.movements
from unnest($1::text[], $2::text[]) as k (unit, place)
join guard_violation as v on v.unit = k.unit and v.place = k.place

-- put: what does not hold, or does not hold otherwise than before
insert into guard_violation as v (unit, place, law, spot, company_id, expected, found, movements)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
on conflict (unit, place, law, spot) do update
set expected = excluded.expected, found = excluded.found, movements = excluded.movements

-- over: what holds again; those of the laws and spots that nothing else says are broken come back
with gone as (
    delete from guard_violation as v
    using unnest($1::text[], $2::text[], $3::text[], $4::text[]) as k (unit, place, law, spot)
    where v.unit = k.unit and v.place = k.place and v.law = k.law and v.spot = k.spot
    returning v.unit, v.place, v.law, v.spot, v.company_id)
select distinct g.law, g.spot, g.company_id from gone as g
where not exists (select 1 from guard_violation as v where v.law = g.law and v.spot = g.spot
    and not exists (select 1 from gone as o where o.unit = v.unit and o.place = v.place and o.law = v.law
        and o.spot = v.spot))

-- broken_items: items where something is known to be wrong, those found first first
select place from guard_violation where unit = 'item' group by place order by min(found_at), place limit $1

-- all_broken: everything that is known not to hold
select law, unit, place, spot, company_id, expected, found, movements, found_at
from guard_violation order by found_at, law, spot limit $1

-- end_round: how long a round took; the last hundred of each are kept
with older as (delete from guard_round where walk = $1 and number <= $2 - 100)
insert into guard_round (walk, number, units, began_at, ended_at) values ($1, $2, $3, $4, clock_timestamp())
on conflict (walk, number) do nothing

-- rounds: the last rounds
select distinct on (walk) walk, number, units, began_at, ended_at from guard_round order by walk, number desc

-- technical_now: the time of the database
select clock_timestamp()
