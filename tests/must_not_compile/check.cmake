# cmake -DCOMPILER=.. -DINCLUDES=.. -DSOURCE=.. -P check.cmake
#
# SOURCE must compile as it is, and with -DEXPECT_FAILURE must not: the compiler's message then has
# to match the regular expression in the first line of SOURCE, "// expect: REGEX".
cmake_minimum_required(VERSION 3.23)

file(STRINGS "${SOURCE}" lines LIMIT_COUNT 1)
if(NOT lines MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line is not '// expect: REGEX'")
endif()
set(expected "${CMAKE_MATCH_1}")

list(TRANSFORM INCLUDES PREPEND -I)
set(command "${CMAKE_COMMAND}" -E env LC_ALL=C "${COMPILER}" -std=c++20 -fsyntax-only ${INCLUDES})

execute_process(COMMAND ${command} "${SOURCE}" RESULT_VARIABLE status ERROR_VARIABLE messages)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} must compile without EXPECT_FAILURE, and does not:\n${messages}")
endif()
execute_process(
  COMMAND ${command} -DEXPECT_FAILURE "${SOURCE}"
  RESULT_VARIABLE status
  ERROR_VARIABLE messages
)
if(status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiled with EXPECT_FAILURE, but must not")
endif()
if(NOT messages MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE}: no message matches '${expected}':\n${messages}")
endif()
