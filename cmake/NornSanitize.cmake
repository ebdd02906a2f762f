# norn_sanitize(target LIST): compiles and links `target`, and all that link it, with the sanitizers
# of the comma-separated LIST. They pass on to an installed copy too: an instrumented library links
# only into an instrumented program.
function(norn_sanitize target list)
  if(list STREQUAL "")
    return()
  endif()
  string(REPLACE "," ";" sanitizers "${list}")
  foreach(sanitizer IN LISTS sanitizers)
    if(NOT sanitizer MATCHES "^(address|undefined|thread)$")
      message(FATAL_ERROR "NORN_SANITIZE: '${sanitizer}' is no sanitizer that Norn knows; it takes "
        "a comma-separated list of address, undefined, thread.")
    endif()
  endforeach()
  if("address" IN_LIST sanitizers AND "thread" IN_LIST sanitizers)
    message(FATAL_ERROR "NORN_SANITIZE: address and thread exclude each other; build twice.")
  endif()

  list(JOIN sanitizers "," sanitizers_joined)
  set(flags -fsanitize=${sanitizers_joined} -fno-omit-frame-pointer)
  if("undefined" IN_LIST sanitizers)
    list(APPEND flags -fno-sanitize-recover=all)
  endif()
  target_compile_options(${target} PUBLIC ${flags})
  target_link_options(${target} PUBLIC ${flags})
endfunction()
