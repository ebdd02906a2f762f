# norn_add_checks(TARGET FILE…): the command `norn` over checks of one's own.
#
# Makes an executable TARGET of the FILEs, which register checks as those of Norn's own specs/ do,
# with every command and option of `norn`; and a test TARGET that runs `TARGET check`.
function(norn_add_checks target)
  if(NOT ARGN)
    message(FATAL_ERROR "norn_add_checks(${target}): give at least one source file with checks.")
  endif()
  add_executable(${target} ${ARGN} "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/norn_checks_main.cpp")
  target_link_libraries(${target} PRIVATE norn::norn)
  add_test(NAME ${target} COMMAND ${target} check)
endfunction()
