# cmake -DROOT=.. -DTESTS=LAYER/HEADER,... -P check_layers.cmake
#
# The rules of the house, read off the #include lines:
# - a header lies in a layer, or is one of the umbrellas sgns.hpp and fwd.hpp;
# - it includes its own layer or a lower one, and always as <implicitmf/...>;
# - core and kernels include no Eigen; only kernels/simd.hpp includes xsimd;
# - it has #pragma once and a licence line;
# - it has a test of the same name, which includes it first; every test file is registered (TESTS).
cmake_minimum_required(VERSION 3.23)

# Lowest first; layers with the same rank are siblings that don't see each other.
set(
  layers
  core kernels corpus counting association objectives solvers embeddings io evaluation
)
set(rank 0)
foreach(layer IN LISTS layers)
  math(EXPR rank "${rank} + 1")
  set(rank_of_${layer} ${rank})
endforeach()
set(rank_of_evaluation ${rank_of_io})

set(umbrellas sgns.hpp fwd.hpp)
# Nothing in them to test by itself.
set(without_test core/types.hpp core/version.hpp)

set(faults "")
macro(fault text)
  string(APPEND faults " ${text}\n")
endmacro()

# Sets `includes` to "LINE:<path>" or "LINE:\"path\"" for each #include of a file.
function(read_includes file)
  file(READ "${file}" text)
  string(REGEX REPLACE "[][;\\]" "." text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  set(found "")
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(line MATCHES "^ *# *include *([<\"][^>\"]+[>\"])")
      list(APPEND found "${number}:${CMAKE_MATCH_1}")
    endif()
  endforeach()
  set(includes "${found}" PARENT_SCOPE)
endfunction()

# What a file may include whatever its layer.
function(check_quotes file place include)
  if(include MATCHES "^\".*implicitmf/" OR (file MATCHES "^include/" AND include MATCHES "^\""))
    fault("${place}: write <implicitmf/...>")
    set(faults "${faults}" PARENT_SCOPE)
  endif()
endfunction()

# ---- headers -------------------------------------------------------------------------------------

set(base "${ROOT}/include/implicitmf")
file(GLOB_RECURSE headers RELATIVE "${base}" "${base}/*.hpp")
foreach(header IN LISTS headers)
  file(READ "${base}/${header}" text)
  if(NOT text MATCHES "\n#pragma once\n")
    fault("${header}: no #pragma once")
  endif()
  if(NOT text MATCHES "^// SPDX-License-Identifier: MIT\n")
    fault("${header}: the first line is not the licence line")
  endif()

  get_filename_component(layer "${header}" DIRECTORY)
  if(NOT layer IN_LIST layers AND NOT header IN_LIST umbrellas)
    fault("${header}: no layer of ours")
    continue()
  endif()

  read_includes("${base}/${header}")
  foreach(entry IN LISTS includes)
    string(REGEX MATCH "^([0-9]+):(.*)$" matched "${entry}")
    set(place "${header}:${CMAKE_MATCH_1}")
    set(include "${CMAKE_MATCH_2}")
    check_quotes("include/${header}" "${place}" "${include}")
    if(include MATCHES "^<(unsupported/)?Eigen/" AND layer MATCHES "^(core|kernels)$")
      fault("${place}: ${layer} must not include Eigen")
    elseif(include MATCHES "^<xsimd/" AND NOT header STREQUAL "kernels/simd.hpp")
      fault("${place}: only kernels/simd.hpp includes xsimd")
    elseif(include MATCHES "^<implicitmf/(([a-z_]+)/)?([^/]+)>$")
      set(other "${CMAKE_MATCH_2}")
      string(REGEX REPLACE "^<(.*)>$" "\\1" path "${include}")
      if(NOT EXISTS "${ROOT}/include/${path}")
        fault("${place}: ${path} does not exist")
      elseif(header STREQUAL "sgns.hpp")
        continue()
      elseif(header STREQUAL "fwd.hpp")
        if(NOT other STREQUAL "core")
          fault("${place}: fwd.hpp must not include ${path}")
        endif()
      elseif(NOT other STREQUAL layer)
        if(other STREQUAL "")
          set(allowed FALSE)
        elseif(rank_of_${other} LESS rank_of_${layer})
          set(allowed TRUE)
        else()
          set(allowed FALSE)
        endif()
        if(NOT allowed)
          fault("${place}: ${layer} must not include ${path}")
        endif()
      endif()
    elseif(include MATCHES "^<implicitmf/")
      fault("${place}: no header of ours is called ${include}")
    endif()
  endforeach()

  if(NOT layer STREQUAL "" AND NOT header IN_LIST without_test)
    string(REGEX REPLACE "\\.hpp$" ".cpp" test "${header}")
    if(NOT EXISTS "${ROOT}/tests/${test}")
      fault("${header}: no test tests/${test}")
    endif()
  endif()
endforeach()

# ---- tests, examples, benchmarks -----------------------------------------------------------------

string(REPLACE "," ";" registered "${TESTS}")
foreach(layer IN LISTS layers)
  file(GLOB tests RELATIVE "${ROOT}/tests" "${ROOT}/tests/${layer}/*.cpp")
  foreach(test IN LISTS tests)
    string(REGEX REPLACE "\\.cpp$" "" name "${test}")
    if(NOT name IN_LIST registered)
      fault("tests/${test}: not named in tests/CMakeLists.txt")
    endif()
    if(NOT EXISTS "${base}/${name}.hpp")
      fault("tests/${test}: there is no header ${name}.hpp")
    endif()
    read_includes("${ROOT}/tests/${test}")
    set(first "")
    if(includes)
      list(GET includes 0 first)
    endif()
    if(NOT first MATCHES ":<implicitmf/${name}.hpp>$")
      fault("tests/${test}: the first include is not <implicitmf/${name}.hpp>")
    endif()
  endforeach()
endforeach()

file(
  GLOB_RECURSE programs
  RELATIVE "${ROOT}"
  "${ROOT}/tests/*.[ch]pp" "${ROOT}/examples/*.[ch]pp" "${ROOT}/benchmarks/*.[ch]pp"
)
list(FILTER programs EXCLUDE REGEX "/planted/")
foreach(program IN LISTS programs)
  read_includes("${ROOT}/${program}")
  foreach(entry IN LISTS includes)
    string(REGEX MATCH "^([0-9]+):(.*)$" matched "${entry}")
    check_quotes("${program}" "${program}:${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}")
  endforeach()
endforeach()

if(faults)
  message(FATAL_ERROR "\n${faults}")
endif()
