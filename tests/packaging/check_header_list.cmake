# cmake -DROOT=.. -P check_header_list.cmake
#
# cmake/headers.cmake names exactly the headers under include/, sorted.
cmake_minimum_required(VERSION 3.23)

include("${ROOT}/cmake/headers.cmake")
file(GLOB_RECURSE headers RELATIVE "${ROOT}" "${ROOT}/include/*")

set(faults "")
foreach(header IN LISTS headers)
  if(NOT header IN_LIST implicitmf_headers)
    string(APPEND faults " not in cmake/headers.cmake: ${header}\n")
  endif()
endforeach()
foreach(header IN LISTS implicitmf_headers)
  if(NOT header IN_LIST headers)
    string(APPEND faults " named in cmake/headers.cmake, but absent: ${header}\n")
  endif()
endforeach()
set(sorted ${implicitmf_headers})
list(SORT sorted)
if(NOT sorted STREQUAL implicitmf_headers)
  string(APPEND faults " cmake/headers.cmake is not sorted\n")
endif()
if(faults)
  message(FATAL_ERROR "\n${faults}")
endif()
