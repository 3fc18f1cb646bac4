include(GNUInstallDirs)
install(TARGETS plumb RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS plumb-exec RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb)
install(FILES $<TARGET_FILE:plumb-exec>.gz DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME plumbline)
set(CPACK_PACKAGE_CONTACT "The Plumbline developers <plumbline@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Declarative configuration engine: typed YAML in, reviewed plans out")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS tzdata)  # named time zones
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
