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
insert into pack_structure (company_id, item, party, unit, source, valid_from, valid_until, level, contains_numerator,
    contains_denominator, document, changed_in)
select company_id, item, party, unit, source, valid_from, valid_until, level, numerator, denominator, document, $1
from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[], $9::text[],
    $10::bigint[], $11::bigint[], $12::text[])
    as new (company_id, item, party, unit, source, valid_from, valid_until, level, numerator, denominator, document)
on conflict (company_id, item, party, unit, source, valid_from) do update set
    valid_until = excluded.valid_until,
    level = excluded.level,
    contains_numerator = excluded.contains_numerator,
    contains_denominator = excluded.contains_denominator,
    document = excluded.document,
    changed_in = excluded.changed_in
where (pack_structure.valid_until, pack_structure.level, pack_structure.contains_numerator,
    pack_structure.contains_denominator)
    is distinct from (excluded.valid_until, excluded.level, excluded.contains_numerator, excluded.contains_denominator)
returning 1

-- put_components: those that differ from what is stored
insert into kit_component (company_id, kit, component, valid_from, valid_until, quantity, changed_in)
select company_id, kit, component, valid_from, valid_until, quantity, $1
from unnest($2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::numeric[])
    as new (company_id, kit, component, valid_from, valid_until, quantity)
on conflict (company_id, kit, component, valid_from) do update set
    valid_until = excluded.valid_until, quantity = excluded.quantity, changed_in = excluded.changed_in
where (kit_component.valid_until, kit_component.quantity) is distinct from (excluded.valid_until, excluded.quantity)
returning 1

-- put_lots: those that differ from what is stored; what a later document does not know stays known
insert into item_lot (company_id, item, lot, expires_on, made_on, supplier, source, changed_in)
select company_id, item, lot, expires_on, made_on, supplier, source, $1
from unnest($2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::text[], $8::text[])
    as new (company_id, item, lot, expires_on, made_on, supplier, source)
on conflict (company_id, item, lot) do update set
    expires_on = coalesce(excluded.expires_on, item_lot.expires_on),
    made_on = coalesce(excluded.made_on, item_lot.made_on),
    supplier = coalesce(nullif(excluded.supplier, ''), item_lot.supplier),
    source = excluded.source,
    changed_in = excluded.changed_in
where (coalesce(excluded.expires_on, item_lot.expires_on), coalesce(excluded.made_on, item_lot.made_on),
    coalesce(nullif(excluded.supplier, ''), item_lot.supplier))
    is distinct from (item_lot.expires_on, item_lot.made_on, item_lot.supplier)
returning 1

-- put_handling_units: those that differ from what is stored
insert into handling_unit (company_id, sscc, document, party, body, changed_in)
select company_id, sscc, document, party, body, $1
from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    as new (company_id, sscc, document, party, body)
on conflict (company_id, sscc, document) do update set
    party = excluded.party, body = excluded.body, changed_in = excluded.changed_in
where handling_unit.body <> excluded.body
returning 1

-- items: changed after a version
select body from item where changed_in > $1

-- customers: changed after a version
select body from customer where changed_in > $1

-- cross_references: changed after a version
select company_id, party, item, their_item from item_cross_reference where changed_in > $1

-- packs: changed after a version
select company_id, item, unit, contains_numerator, contains_denominator, party, level, valid_from, valid_until, source,
    document, changed_in
from pack_structure where changed_in > $1

-- components: of kits, changed after a version
select company_id, kit, component, quantity, valid_from, valid_until from kit_component where changed_in > $1

-- lots: of an item, the earliest to expire first, those that do not expire last
select company_id, item, lot, expires_on, made_on, supplier, source from item_lot
where company_id = $1 and item = $2 order by expires_on nulls last, lot

-- handling_units: what each document says a handling unit holds
select body from handling_unit where company_id = $1 and sscc = $2 order by document
