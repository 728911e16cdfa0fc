#!/usr/bin/env node
require('./start.cjs')('keyturn', 'keyturn');
