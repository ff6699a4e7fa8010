# cmake -DREGEX=.. -P expect_refusal.cmake -- COMMAND [ARGUMENT...]
#
# Passes if COMMAND fails and what it says, line breaks taken as spaces, matches REGEX.
cmake_minimum_required(VERSION 3.23)

set(command "")
set(found_separator FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(found_separator)
    string(REPLACE ";" "\\;" argument "${CMAKE_ARGV${i}}")
    list(APPEND command "${argument}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(found_separator TRUE)
  endif()
endforeach()

execute_process(
  COMMAND ${command}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE said
  ERROR_VARIABLE said
)
if(status EQUAL 0)
  message(FATAL_ERROR "Passed, but should have been refused:\n ${command}")
endif()
string(REGEX REPLACE "[ \n]+" " " said "${said}")
if(NOT said MATCHES "${REGEX}")
  message(FATAL_ERROR "Failed without the message '${REGEX}':\n ${said}")
endif()
