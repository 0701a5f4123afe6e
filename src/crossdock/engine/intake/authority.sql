-- vouched_for: documents that a person released although their source may not state what they say
select id, vouched_for from raw_document where id = any($1::text::uuid[]) and vouched_for is not null

-- on_hand: what is on hand at positions that held documents speak of; a position not yet there has no row
select p.company_id, p.item, p.location, p.pool, p.on_hand
from unnest($1::text::text[], $2::text::text[], $3::text::text[]) as s (company_id, item, location)
join promise_position as p on p.company_id = s.company_id and p.item = s.item and p.location = s.location

-- kept_back_of: what is kept back because of held documents
select company_id, item, location, pool, source from kept_back
where reason = 'held_fact' and source = any($1::text[])
order by source, company_id, item, location, pool

-- held_of_source: documents of a source that are held and speak of items at locations: the latest, $7 bytes in all
select id from (
    select d.id, sum(d.size) over (order by d.id desc) as bytes
    from raw_document as d
    where d.source = $4 and d.size <= $5 and d.id in (
        select substr(k.source, 5)::uuid from kept_back as k
        where k.reason = 'held_fact' and k.company_id = $1 and k.location = any($2::text::text[])
            and k.item = any($3::text::text[]) and k.source like 'raw/%')
    order by d.id desc limit $6) as latest
where bytes <= $7
order by id
