package io.highwater.tools;

import com.beust.jcommander.converters.IParameterSplitter;
import java.util.List;

/** Takes what was given for one thing: a comma in it is the value's own. Stateless. */
final class WholeValue implements IParameterSplitter {
    @Override
    public List<String> split(final String value) {
        return List.of(value);
    }
}
