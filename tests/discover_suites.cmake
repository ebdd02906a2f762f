# Included by CTest: a test for each suite of an executable, named <folder>.Suite, instead of one for each of
# its tests. Given by tests/CMakeLists.txt:
#
#   executable   the file
#   folder       the prefix of the names, and the label of the suites that are not large
execute_process(COMMAND "${executable}" --gtest_list_tests
  OUTPUT_VARIABLE listed RESULT_VARIABLE result TIMEOUT 60)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${executable} --gtest_list_tests: ${result}\n${listed}")
endif()

# A suite is a line "Suite." and may have a comment behind it; its tests are indented.
string(REGEX MATCHALL "(^|\n)[^ \n]+\\.( |\n)" suites "${listed}")
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "^\n?(.*)\\.[ \n]$" "\\1" suite "${suite}")
  set(label "${folder}")
  if(suite MATCHES "(^|/)Large")
    set(label large)
  endif()
  add_test("${folder}.${suite}" "${executable}" "--gtest_filter=${suite}.*")
  set_tests_properties("${folder}.${suite}" PROPERTIES LABELS "${label}")
  # Those that take minutes come first, or the other processors would have nothing to do at the end.
  if(suite MATCHES "AgainstReference$|^Every/")
    set_tests_properties("${folder}.${suite}" PROPERTIES COST 100)
  endif()
endforeach()
