# Install rules: headers, a CMake package and a pkg-config file, all independent of the machine
# and relocatable with the prefix.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/implicitmf")
install(
  TARGETS implicitmf implicitmf_native
  EXPORT implicitmf-targets
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
)
install(
  EXPORT implicitmf-targets
  NAMESPACE implicitmf::
  DESTINATION "${package_dir}"
)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/implicitmf-config.cmake.in"
  "${PROJECT_BINARY_DIR}/package/implicitmf-config.cmake"
  INSTALL_DESTINATION "${package_dir}"
)
# While the major version is 0 a minor release may break its users.
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/package/implicitmf-config-version.cmake"
  COMPATIBILITY SameMinorVersion
  ARCH_INDEPENDENT
)

cmake_path(IS_ABSOLUTE CMAKE_INSTALL_INCLUDEDIR fixed_includedir)
if(fixed_includedir)
  set(implicitmf_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
else()
  set(implicitmf_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
file(
  RELATIVE_PATH implicitmf_pc_up
  "${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig"
  "${CMAKE_INSTALL_PREFIX}"
)
string(REGEX REPLACE "/$" "" implicitmf_pc_up "${implicitmf_pc_up}")
configure_file(
  "${CMAKE_CURRENT_LIST_DIR}/implicitmf.pc.in" "${PROJECT_BINARY_DIR}/package/implicitmf.pc" @ONLY
)

install(
  FILES
    "${CMAKE_CURRENT_LIST_DIR}/implicitmf-dependencies.cmake"
    "${PROJECT_BINARY_DIR}/package/implicitmf-config.cmake"
    "${PROJECT_BINARY_DIR}/package/implicitmf-config-version.cmake"
  DESTINATION "${package_dir}"
)
install(
  FILES "${PROJECT_BINARY_DIR}/package/implicitmf.pc"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig"
)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
