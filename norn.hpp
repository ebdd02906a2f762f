// The umbrella header: all that a test or a check is written with.
#pragma once
