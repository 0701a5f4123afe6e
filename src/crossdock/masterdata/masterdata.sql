-- next_version: the version of the changes that follow; holds off other writers until the commit
update masterdata_version set version = version + 1 returning version

-- version: the newest version
select version from masterdata_version

-- put_items: those that differ from what is stored
insert into item (company_id, id, body, changed_in)
select company_id, id, body, $1 from unnest($2::text[], $3::text[], $4::text[]) as new (company_id, id, body)
on conflict (company_id, id) do update set body = excluded.body, changed_in = excluded.changed_in
where item.body <> excluded.body
returning 1

-- put_customers: those that differ from what is stored
insert into customer (company_id, id, body, changed_in)
select company_id, id, body, $1 from unnest($2::text[], $3::text[], $4::text[]) as new (company_id, id, body)
on conflict (company_id, id) do update set body = excluded.body, changed_in = excluded.changed_in
where customer.body <> excluded.body
returning 1

-- put_cross_references: those that differ from what is stored
insert into item_cross_reference (company_id, party, item, their_item, changed_in)
select company_id, party, item, their_item, $1
from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as new (company_id, party, item, their_item)
on conflict (company_id, party, item) do update set their_item = excluded.their_item, changed_in = excluded.changed_in
where item_cross_reference.their_item <> excluded.their_item
returning 1

-- put_packs: those that differ from what is stored
insert into item_pack (company_id, item, unit, contains_numerator, contains_denominator, changed_in)
select company_id, item, unit, numerator, denominator, $1
from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    as new (company_id, item, unit, numerator, denominator)
on conflict (company_id, item, unit) do update set
    contains_numerator = excluded.contains_numerator,
    contains_denominator = excluded.contains_denominator,
    changed_in = excluded.changed_in
where (item_pack.contains_numerator, item_pack.contains_denominator)
    <> (excluded.contains_numerator, excluded.contains_denominator)
returning 1

-- items: changed after a version
select body from item where changed_in > $1

-- customers: changed after a version
select body from customer where changed_in > $1

-- cross_references: changed after a version
select company_id, party, item, their_item from item_cross_reference where changed_in > $1

-- packs: changed after a version
select company_id, item, unit, contains_numerator, contains_denominator from item_pack where changed_in > $1
