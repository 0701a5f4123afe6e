-- When a source last said anything. Callers of the API are no source of stock: their orders cost no entry here.
create index raw_document_of_source on raw_document (source, id) where kind <> 'api';
