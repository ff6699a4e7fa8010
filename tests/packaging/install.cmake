# cmake -DBUILD=.. -DROOT=.. -DPREFIX=.. -P install.cmake
#
# Installs the build BUILD of the sources ROOT into an empty PREFIX, and checks that nothing in there
# points back: what was installed can be moved.
cmake_minimum_required(VERSION 3.23)

file(REMOVE_RECURSE "${PREFIX}")
execute_process(
  COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}" COMMAND_ERROR_IS_FATAL ANY
)
file(GLOB_RECURSE installed "${PREFIX}/*")
if(NOT installed)
  message(FATAL_ERROR "Nothing was installed")
endif()
foreach(file IN LISTS installed)
  file(READ "${file}" text)
  foreach(place IN ITEMS "${ROOT}" "${BUILD}" "${PREFIX}")
    string(FIND "${text}" "${place}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} holds the path ${place}")
    endif()
  endforeach()
endforeach()

include("${ROOT}/cmake/headers.cmake")
foreach(header IN LISTS implicitmf_headers)
  if(NOT EXISTS "${PREFIX}/${header}")
    message(FATAL_ERROR "${header} was not installed")
  endif()
endforeach()
