include(GNUInstallDirs)
install(TARGETS plumb RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS plumb-exec RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb)
install(FILES $<TARGET_FILE:plumb-exec>.gz DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb)
if(APPLE)
  # Those for other hosts, which are not made there.
  install(DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/ DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb
          USE_SOURCE_PERMISSIONS FILES_MATCHING PATTERN plumb-exec-*)
endif()
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR TGZ)
if(CMAKE_SYSTEM_NAME STREQUAL Linux)
  set(CPACK_GENERATOR DEB)
endif()
set(CPACK_PACKAGE_NAME plumbline)
set(CPACK_PACKAGE_CONTACT "The Plumbline developers <plumbline@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Declarative configuration engine: typed YAML in, reviewed plans out")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS tzdata)  # named time zones
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
