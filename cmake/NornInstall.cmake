# The installed copy: headers laid out as in the build tree, the libraries, the command, and the
# CMake package `norn` with norn::norn, norn::gtest and norn_add_checks.
if(NOT TARGET norn)
  return()
endif()

set(norn_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/norn")

set(norn_header_folders scheduler model report cli specs/kit)
if(TARGET norn_gtest)
  list(APPEND norn_header_folders testing)
endif()
foreach(folder IN LISTS norn_header_folders)
  install(DIRECTORY "${folder}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/norn/${folder}"
    FILES_MATCHING PATTERN "*.hpp")
endforeach()
install(FILES norn.hpp DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/norn")

install(TARGETS norn EXPORT norn-targets)
install(EXPORT norn-targets NAMESPACE norn:: DESTINATION "${norn_package_dir}")
if(TARGET norn_gtest)
  # An export of its own, so that norn::norn can be used where there is no GoogleTest.
  install(TARGETS norn_gtest EXPORT norn-gtest-targets)
  install(EXPORT norn-gtest-targets NAMESPACE norn:: DESTINATION "${norn_package_dir}")
endif()
if(TARGET norn_command)
  install(TARGETS norn_command)
endif()

configure_package_config_file(cmake/norn-config.cmake.in
  "${PROJECT_BINARY_DIR}/cmake/norn-config.cmake" INSTALL_DESTINATION "${norn_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cmake/norn-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/cmake/norn-config.cmake"
  "${PROJECT_BINARY_DIR}/cmake/norn-config-version.cmake"
  cmake/NornAddChecks.cmake
  cmake/norn_checks_main.cpp
  DESTINATION "${norn_package_dir}")
