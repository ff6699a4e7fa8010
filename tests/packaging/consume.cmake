# cmake -DMODE=.. -DROOT=.. -DPREFIX=.. -DVERSION=.. -DCOMPILER=.. -DGENERATOR=.. -DWORK=.. \
#   -P consume.cmake
#
# Builds and runs the project consumer/ in the empty folder WORK, as somebody else would:
#   find_package   from the package installed in PREFIX
#   subdirectory   by add_subdirectory of the sources ROOT
#   fetch_content  by FetchContent from ROOT as a local path
#   pkg_config     without CMake, by the flags that pkg-config gives for PREFIX
cmake_minimum_required(VERSION 3.23)

set(consumer "${CMAKE_CURRENT_LIST_DIR}/consumer")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")

if(MODE STREQUAL "pkg_config")
  find_program(pkg_config NAMES pkg-config pkgconf)
  if(NOT pkg_config)
    message("SKIPPED: no pkg-config")
    return()
  endif()
  set(ENV{PKG_CONFIG_PATH} "${PREFIX}/share/pkgconfig")
  execute_process(
    COMMAND "${pkg_config}" --modversion implicitmf
    OUTPUT_VARIABLE found_version
    OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY
  )
  if(NOT found_version STREQUAL VERSION)
    message(FATAL_ERROR "pkg-config says version ${found_version}, not ${VERSION}")
  endif()
  execute_process(
    COMMAND "${pkg_config}" --cflags --libs implicitmf
    OUTPUT_VARIABLE flags
    OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY
  )
  separate_arguments(flags UNIX_COMMAND "${flags}")
  execute_process(
    COMMAND
      "${COMPILER}" -std=c++20 -O0 "${consumer}/main.cpp" "${consumer}/other.cpp" ${flags}
      -o "${WORK}/consumer"
    COMMAND_ERROR_IS_FATAL ANY
  )
else()
  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -S "${consumer}" -B "${WORK}" -G "${GENERATOR}" -Wdev -Werror=dev
      -DCMAKE_BUILD_TYPE=Release
      "-DCMAKE_CXX_FLAGS_RELEASE=-O0"
      "-DCMAKE_CXX_COMPILER=${COMPILER}"
      "-DCONSUMER_MODE=${MODE}"
      "-DCONSUMER_SOURCE=${ROOT}"
      "-DCMAKE_PREFIX_PATH=${PREFIX}"
      "-DCONSUMER_VERSION=${VERSION}"
    COMMAND_ERROR_IS_FATAL ANY
  )
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${WORK}" COMMAND_ERROR_IS_FATAL ANY)
endif()
execute_process(COMMAND "${WORK}/consumer" COMMAND_ERROR_IS_FATAL ANY)
