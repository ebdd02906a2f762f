# norn_need_package(apt DEBIAN_PACKAGE PACKAGE NAME [TARGET TARGET] [COMPONENTS …]): find_package,
# and a note of the Debian package when NAME, or its TARGET, is not there.
# norn_report_missing_packages(): one error that names every missing package and how to install them.

macro(norn_need_package)
  cmake_parse_arguments(need "" "apt;PACKAGE;TARGET" "COMPONENTS" ${ARGN})
  if(need_COMPONENTS)
    find_package(${need_PACKAGE} QUIET COMPONENTS ${need_COMPONENTS})
  else()
    find_package(${need_PACKAGE} QUIET)
  endif()
  if(NOT ${need_PACKAGE}_FOUND OR (need_TARGET AND NOT TARGET ${need_TARGET}))
    list(APPEND norn_missing_packages ${need_PACKAGE})
    list(APPEND norn_missing_apt_packages ${need_apt})
  endif()
endmacro()

function(norn_report_missing_packages)
  if(norn_missing_packages)
    list(REMOVE_DUPLICATES norn_missing_packages)
    list(JOIN norn_missing_packages ", " packages)
    list(JOIN norn_missing_apt_packages " " apt_packages)
    message(FATAL_ERROR
      "Norn needs what CMake did not find: ${packages}.\n"
      "On Debian or Ubuntu: apt-get install ${apt_packages}\n"
      "(or scripts/install-packages for all that Norn takes).")
  endif()
endfunction()
