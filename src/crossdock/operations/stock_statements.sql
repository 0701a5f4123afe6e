-- latest: The latest statement of each system about each place, however many there were: one look into the index each.
-- With an item, what it says of that: a complete statement that does not name it says that there is none.
with recursive pair as (
    (select company_id, system, location from stock_statement order by company_id, system, location limit 1)
    union all
    select following.* from pair as p cross join lateral (
        select s.company_id, s.system, s.location from stock_statement as s
        where (s.company_id, s.system, s.location) > (p.company_id, p.system, p.location)
        order by s.company_id, s.system, s.location limit 1) as following
)
select s.company_id as company, s.system, s.location, s.kind, s.counted, s.complete, s.stated_at, s.levels, s.differences,
    s.compared_at is null as waits, business_now() - s.stated_at as age, said.condition, said.quantity, said.unit
from pair as p
cross join lateral (
    select * from stock_statement as s
    where s.company_id = p.company_id and s.system = p.system and s.location = p.location
    order by s.stated_at desc limit 1) as s
left join lateral (
    select l.condition, sum(l.quantity) as quantity, min(l.unit) as unit from stated_level as l
    where l.statement = s.id and l.item = $3 group by l.condition) as said on $3::text <> ''
where ($1::text[] is null or s.company_id = any($1::text[])) and ($2::text = '' or s.system = $2)
  and ($3::text = '' or s.complete or said.condition is not null)
order by s.company_id, s.location, s.system, said.condition;
