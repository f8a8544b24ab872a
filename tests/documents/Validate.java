import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Prints, for each file and each standard, how many rules were looked at and which were broken. */
public class Validate {
  public static void main(String[] names) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour[] standards = {PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1};
    for (String name : names) {
      for (PDFAFlavour standard : standards) {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(name), standard)) {
          PDFAValidator validator = Foundries.defaultInstance().createValidator(standard, false);
          ValidationResult result = validator.validate(parser);
          Map<String, Integer> broken = new TreeMap<>();
          for (TestAssertion one : result.getTestAssertions()) {
            if (one.getStatus() == TestAssertion.Status.FAILED) {
              String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
              broken.merge(rule + " " + one.getMessage() + " @ " + one.getLocation().getContext(), 1, Integer::sum);
            }
          }
          System.out.println(
              new File(name).getName() + "\t" + standard + "\t" + result.isCompliant() + "\t"
                  + result.getTotalAssertions() + "\t" + broken);
        }
      }
    }
  }
}
