-- When a source last said anything. Callers of the API are no source of stock: their orders cost no entry here.
create index raw_document_of_source on raw_document (source, id) where kind <> 'api';

-- Positions in the order they were made: rules are applied to new ones soon.
create index promise_position_by_age on promise_position (id);
