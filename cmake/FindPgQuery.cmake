# PostgreSQL's own parser as a library (libpg_query), which Debian ships without a CMake package or a pkg-config file.
# Targets link it as `pg_query`.
find_path(PgQuery_INCLUDE_DIR pg_query.h)
find_library(PgQuery_LIBRARY pg_query)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PgQuery DEFAULT_MSG PgQuery_LIBRARY PgQuery_INCLUDE_DIR)
mark_as_advanced(PgQuery_LIBRARY PgQuery_INCLUDE_DIR)
