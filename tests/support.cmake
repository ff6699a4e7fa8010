# The functions that tests/CMakeLists.txt is written in.

# What the test presets build by name.
add_custom_target(threads_tests)
add_custom_target(kernel_tests)

# doctest's main, compiled once and for any machine.
add_library(implicitmf_test_main OBJECT main.cpp)
target_link_libraries(implicitmf_test_main PRIVATE implicitmf_strict doctest::doctest)

# Runs a program if the processor has the instruction set it was built for.
add_executable(with_isa with_isa.cpp)
target_link_libraries(with_isa PRIVATE implicitmf_strict)

# The exit status that says "skipped".
set(IMPLICITMF_SKIP 77)

# Instruction sets of the kernel tests: name and flags.
set(kernel_isas "")
if(IMPLICITMF_KERNEL_ISAS)
  set(kernel_isas scalar)
  set(isa_flags_scalar -DIMPLICITMF_NO_SIMD)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    list(APPEND kernel_isas sse2 avx2 avx512)
    set(isa_flags_scalar -march=x86-64 -DIMPLICITMF_NO_SIMD)
    set(isa_flags_sse2 -march=x86-64)
    set(isa_flags_avx2 -march=x86-64-v3)
    set(isa_flags_avx512 -march=x86-64-v4 ${implicitmf_avx512_options})
  else()
    message(STATUS "Kernel tests: no x86-64, so only the scalar kernels and the default ones")
  endif()
endif()

# All the tests that exist, as <layer>/<header>; the layer check compares them with the files.
define_property(GLOBAL PROPERTY IMPLICITMF_TESTS)

# A doctest that passes without having run a case is a failure.
function(implicitmf_test_properties name)
  set_tests_properties(
    "${name}" PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 " TIMEOUT 300 ${ARGN}
  )
endfunction()

function(implicitmf_add_unit_test layer header threads)
  set_property(GLOBAL APPEND PROPERTY IMPLICITMF_TESTS "${layer}/${header}")
  set(target "test_${layer}_${header}")
  add_executable(${target} ${layer}/${header}.cpp)
  target_link_libraries(${target} PRIVATE implicitmf_program implicitmf_test_main doctest::doctest)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  add_test(NAME "unit.${layer}.${header}" COMMAND ${target})
  implicitmf_test_properties("unit.${layer}.${header}")
  if(threads)
    set_tests_properties("unit.${layer}.${header}" PROPERTIES LABELS threads PROCESSORS 2)
    add_dependencies(threads_tests ${target})
  endif()
  if(NOT layer STREQUAL "kernels")
    return()
  endif()
  foreach(isa IN LISTS kernel_isas)
    set(target "test_kernels_${isa}_${header}")
    add_executable(${target} ${layer}/${header}.cpp)
    target_link_libraries(${target} PRIVATE implicitmf_strict implicitmf_test_main doctest::doctest)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_options(${target} PRIVATE ${isa_flags_${isa}})
    add_dependencies(kernel_tests ${target})
    add_test(NAME "kernels.${isa}.${header}" COMMAND with_isa ${isa} $<TARGET_FILE:${target}>)
    implicitmf_test_properties(
      "kernels.${isa}.${header}" LABELS kernels SKIP_RETURN_CODE ${IMPLICITMF_SKIP}
    )
  endforeach()
endfunction()

# implicitmf_add_tests(LAYER [HEADER...] [THREADS HEADER...])
#
# Each tests/LAYER/HEADER.cpp becomes the test unit.LAYER.HEADER; those after THREADS bear the label
# threads. Tests of kernels are built again for every instruction set: kernels.ISA.HEADER.
function(implicitmf_add_tests layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "THREADS")
  foreach(header IN LISTS arg_UNPARSED_ARGUMENTS)
    implicitmf_add_unit_test(${layer} ${header} FALSE)
  endforeach()
  foreach(header IN LISTS arg_THREADS)
    implicitmf_add_unit_test(${layer} ${header} TRUE)
  endforeach()
  if(layer STREQUAL "kernels")
    add_dependencies(kernel_tests with_isa)
  endif()
endfunction()

# implicitmf_add_must_not_compile(NAME...)
#
# Each tests/must_not_compile/NAME.cpp compiles as it is, and with -DEXPECT_FAILURE fails with a
# message that matches the regular expression in its first line, "// expect: REGEX".
function(implicitmf_compile_check_command result source)
  set(
    ${result}
    "${CMAKE_COMMAND}"
    "-DCOMPILER=${CMAKE_CXX_COMPILER}"
    "-DINCLUDES=$<TARGET_PROPERTY:with_isa,INCLUDE_DIRECTORIES>"
    "-DSOURCE=${source}"
    -P "${PROJECT_SOURCE_DIR}/tests/must_not_compile/check.cmake"
    PARENT_SCOPE
  )
endfunction()

function(implicitmf_add_must_not_compile)
  foreach(name IN LISTS ARGN)
    implicitmf_compile_check_command(
      command "${CMAKE_CURRENT_SOURCE_DIR}/must_not_compile/${name}.cpp"
    )
    add_test(NAME "must_not_compile.${name}" COMMAND ${command})
  endforeach()
endfunction()

# implicitmf_add_peer_test(NAME SCRIPT [ARGUMENT...])
#
# Runs tests/SCRIPT with the system's Python, whose modules the distribution packages. A script that
# lacks a module says so and exits with 77: skipped, or failed where IMPLICITMF_REQUIRE_PEERS=1.
function(implicitmf_add_peer_test name script)
  add_test(
    NAME "peer.${name}"
    COMMAND
      bash "${PROJECT_SOURCE_DIR}/tests/peer.sh" "${CMAKE_CURRENT_SOURCE_DIR}/${script}" ${ARGN}
  )
  set_tests_properties(
    "peer.${name}" PROPERTIES LABELS peers TIMEOUT 300 SKIP_RETURN_CODE ${IMPLICITMF_SKIP}
  )
endfunction()
