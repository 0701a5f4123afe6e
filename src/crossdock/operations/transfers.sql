-- free: How much of items nobody holds at a location, as far as it is for everybody.
select item, greatest(on_hand - safety - reserved - allocated, 0) as free
from promise_position
where company_id = $1 and location = $2 and item = any($3::text::text[]) and pool = '';

-- order_skipped: Did a person decide that the transfer order of a case is not sent any more?
select coalesce(bool_and(status = 'superseded'), false) from delivery
where case_id = $1 and operation = 'transfer_order';
