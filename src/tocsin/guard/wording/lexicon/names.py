"""Given names of the world, to tell that a text names a person. Data; read by the rules on people and on blame.

Names that are also words, places, months or products (Mark, Grace, Paris, May, Alexa) are left out on purpose: with a surname or a
role before them they are found anyway.
"""

import re

from tocsin.guard.late import Late

GIVEN = frozenset(
    (
        "Amira Leila Samira Yara Nadia Farid Karim Dilara Emre Deniz Ayla Selin Olu Chidi Amaka Kofi Ama Lena Lea Mia Nele Jule Hanna Zara Ines Milo Enzo Noor Aaron Abdul Abdullah Abigail Adam Adele Adrian Agata Agnes Agnieszka Ahmad Ahmed Aidan Aisha Aiko Akira Alan Alana Albert Alberto "
        "Alejandra Alejandro Aleksander Alena Alessandro Alessia Alexander Alexandra Alexandre Alexei Alexis Alfonso Alfred Ali Alice Alicia Alina "
        "Alison Allan Allison Alma Amanda Amara Amelia Amina Amir Amit Amy Ana Anastasia Anders Andre Andrea Andreas Andreea Andrei Andrew "
        "Andrzej Andy Angela Angelo Anika Anil Anita Anja Anjali Ann Anna Anne Annette Annika Anthony Antoine Anton Antonia Antonio Anya Aoife Arjun "
        "Arnold Arthur Arturo Arun Ashley Asif Astrid Audun Ayesha Ayumi Barbara Bart Bartosz Bastian Beata Beatrice Beatriz Ben Benedikt "
        "Benjamin Bernard Bernd Beth Bethany Birgit Bjorn Bob Bogdan Boris Brandon Brenda Brian Bridget Bruno Bryan Camila Camille Carina Carl Carla "
        "Carlos Carmen Carol Carolina Caroline Catarina Catherine Cecilia Chandra Chantal Charles Charlie Chen Chiara Chloe Chris Christa Christina "
        "Christine Christoph Christophe Christopher Ciara Cindy Claire Clara Claudia Claus Clemens Colin Connor Cristina Cynthia Dagmar Damian "
        "Daniel Daniela Danielle Danny Dariusz Darren Dave David Davide Deborah Debra Deepak Denise Dennis Derek Devi Diana Diane Diego Dieter "
        "Dimitri Dirk Divya Dmitri Dmitry Dominic Dominik Donald Donna Doris Dorothy Doug Douglas Duncan Dylan Ebony Eduardo Edward Edwin Eileen Ekaterina "
        "Elena Eleanor Eleni Elias Elif Elijah Elisa Elisabeth Elise Elizabeth Ella Ellen Ellie Elsa Emeka Emil Emilia Emilie Emily Emma "
        "Emmanuel Enrique Eric Erica Erik Erika Ernst Esra Esther Ethan Eugene Eva Evan Eve Evelyn Fabian Fabio Farah Farid Fatima Federico "
        "Felipe Felix Femke Fernanda Fernando Filip Finn Fiona Florian Francesca Francesco Francisco Francois Franz Fred Frederic Frederik Friedrich "
        "Gabriel Gabriela Gabriele Ganesh Gareth Gary Gavin Geoff Georg George Georgios Gerald Gerard Gerd Gerhard Gianluca Gilbert Gina "
        "Giorgio Giovanni Giulia Giuseppe Glenn Gloria Gonzalo Gordon Graham Greg Gregor Gregory Greta Guillaume Guido Gunnar Gustav Gustavo "
        "Hakim Hamid Hana Hannah Hannes Hans Harald Hari Haruki Hassan Heather Heidi Heiko Helen Helena Helga Helmut Hendrik Henri Henrik Henry Herbert "
        "Hiroshi Holger Hugo Hussein Ian Ibrahim Ida Ignacio Igor Ilona Imani Imran Ines Inga Ingrid Irene Irina Isaac Isabel Isabella Isabelle Ismail "
        "Ivan Ivana Jacek Jacob Jacqueline Jacques Jaime Jakob Jakub James Jamie Jamal Jan Jana Jane Janet Janine Janusz Jasmin Jason Javier Jean "
        "Jeff Jeffrey Jenna Jennifer Jenny Jens Jeremy Jerome Jesper Jessica Jesus Jill Jim Jing Joachim Joan Joana Joanna Joao Jochen Joe Joel Joerg "
        "Johan Johann Johanna Johannes John Jonas Jonathan Jorge Jose Josef Joseph Josephine Josh Joshua Juan Juana Judith Judy Julian Juliane Julie Julien "
        "Juliette Julius Junko Jurgen Justin Justyna Kai Kamil Karen Karim Karin Karina Karl Karolina Katarina Katarzyna Kate Katharina Katherine Kathleen "
        "Kathrin Kathy Katie Katja Katrin Kavita Kazuki Keith Kelly Ken Kenji Kenneth Kerstin Kevin Khalid Kim Kirsten Klaus Konrad Konstantin Kristian Kristin "
        "Kristina Krzysztof Kumar Kurt Kwame Kyle Lakshmi Lara Larry Lars Laura Lauren Laurent Leah Leila Leo Leon Leonardo Leonie Leticia Liam "
        "Lidia Lilian Lina Linda Lindsay Lisa Liu Lorena Lorenzo Louis Louise Luca Lucas Lucia Lucie Lucy Luis Luisa Luiz Luka Lukas Lukasz Luke Lydia Lynn Maciej "
        "Magda Magdalena Maja Malik Manfred Manuel Manuela Mara Marc Marcel Marcela Marcelo Marcin Marco Marcus Marek Margaret Margarita Maria "
        "Mariam Mariana Marie Marija Marina Mario Marion Marisa Marius Marjan Markus Marta Martha Martin Martina Mary Maryam Masha Mateo Mateusz Mathias Mathieu "
        "Mathilde Matteo Matthew Matthias Matthieu Maureen Maurice Maxim Maxime Mehmet Mei Melanie Melissa Mercedes Michael Michaela Michal Michel Michele "
        "Michelle Miguel Mihai Mika Mike Mikhail Milan Milena Mina Miranda Miriam Miroslav Mohamed Mohammad Mohammed Mohan Moira Monica Monika Monique "
        "Morgan Moritz Muhammad Murat Mustafa Nadia Nadine Naomi Natalia Natalie Natasha Nathalie Nathan Neha Neil Ngozi Niamh Nicholas Nick Nicola "
        "Nicolas Nicole Nikita Nikolai Nikos Nils Nina Nisha Noah Noel Nora Norbert Norman Nuno Nur Olaf Ola Oleg Olga Oliver Olivia Olivier Omar Orla Osman Otto "
        "Pablo Pamela Paolo Pascal Patricia Patrick Patrik Paul Paula Paulina Paulo Pavel Pawel Pedro Peggy Penelope Pete Peter Petra Philip "
        "Philipp Philippe Phillip Pierre Pieter Piotr Pooja Prakash Prashant Priya Priyanka Przemyslaw Rachel Radek Rafael Rahul Raj Rajesh Ralf Ralph Ramesh "
        "Ramon Raphael Rashid Raul Ravi Raymond Rebecca Regina Reinhard Rekha Remi Renata Renate Rene Ricardo Riccardo Richard Rita Rob Robert Roberta Roberto "
        "Robin Rodrigo Roger Rohan Rohit Roland Rolf Roman Ron Ronald Rosa Rosalind Ross Roxana Roy Rudolf Rui Rupert Russell Ruth Ryan Sabine Sabrina Sachiko "
        "Said Salma Salman Sam Samantha Samir Samuel Sandeep Sandra Sanjay Santosh Sara Sarah Sasha Satoshi Saskia Scott Sean Sebastian Selim Serena Serge Sergei Sergey "
        "Sergio Seth Shannon Sharon Shaun Sheila Shreya Siddharth Silke Silvia Simon Simona Simone Sinead Siobhan Slawomir Sofia Sonia Sonja Sophia "
        "Sophie Stacy Stanislav Stefan Stefania Stefano Steffen Stella Stephan Stephane Stephanie Stephen Steve Steven Stuart Sunil Suresh Susan Susanne "
        "Suzanne Svetlana Sven Swati Sylvia Sylvie Takashi Takeshi Tamara Tania Tanja Tanya Tara Tatiana Ted Teresa Thabo Theo Theodor Theresa Thiago Thomas Thorsten "
        "Tiffany Till Tim Timo Timothy Tina Tobias Todd Tom Tomas Tomasz Tony Torsten Tove Tracy Trevor Tristan Tyler Uche Udo Ulrich Ulrike Ursula Usha Uwe Valentin "
        "Valeria Valerie Vanessa Vera Veronica Veronika Vicente Vicky Victor Vijay Vikram Viktor Vincent Vinod Vishal Vivian Vladimir Volker Walter Wanda "
        "Wei Wendy Werner Wilhelm William Wojciech Wolfgang Xavier Xiao Yan Yannick Yara Yasmin Yoko Yolanda Yuki Yuri Yusuf Yvonne Zainab Zeynep "
        "Zbigniew Zoe Zofia Zuzana"
    ).split()
)
"""Given names that are seldom anything else."""
PLACE_BEFORE = Late(
    r"\b(?:San|Santa|Santo|Sao|Saint|St\.?|Los|Las|Port|Fort|Lake|New|Mount|El|King|Queen|Cape|Costa|Punta|Storm|Hurricane)\s$"
)
"""Words before a name that make it a place or a storm."""
CAPITALISED = Late(r"(?<![\w./@-])[A-Z][a-z\u00e0-\u00ff]{1,14}(?:-[A-Z][a-z\u00e0-\u00ff]{1,14})?(?![\w@])")
ROLE_BEFORE = Late(
    r"\b(?:(?:lead |senior |junior |principal |chief |head |duty |software |support |network |systems? |security |our |the |your )?"
    r"(?:engineer|developer|colleague|lead|manager|director|administrator|admin|technician|specialist|architect|officer|contact|employee|"
    r"contractor|consultant|analyst|cto|ceo|ciso|cio|vp|mr|mrs|ms|miss|dr|prof|herr|frau|customer|client|user|patient|mister|member|owner)\.?,? )$|\b(?:named|real name|signed,?|regards,?|thanks to|thank you|thanks|kudos to|credit to|(?:reported|spotted|found|sent|written|raised|flagged|noticed) by|according to)(?: our)? $",
    re.IGNORECASE,
)
NOT_A_NAME = frozenset(
    [
        "The",
        "This",
        "That",
        "These",
        "Those",
        "We",
        "Our",
        "You",
        "Your",
        "It",
        "They",
        "All",
        "Some",
        "Any",
        "No",
        "Please",
        "Customers",
        "Users",
        "Support",
        "Service",
        "Services",
        "Team",
        "Teams",
        "Portal",
        "Center",
        "Centre",
        "Success",
        "Care",
        "Experience",
        "Relations",
        "Dashboard",
        "Account",
        "Accounts",
        "Management",
        "Engineering",
        "Operations",
        "Data",
        "Data-center",
        "Cloud",
        "Console",
        "Desk",
        "Status",
        "Page",
        "Next",
        "Update",
        "Since",
        "From",
        "Until",
        "As",
        "At",
        "In",
        "On",
        "By",
        "For",
        "With",
        "And",
        "But",
        "Or",
        "If",
        "When",
        "While",
        "After",
        "Before",
        "Not",
        "Has",
        "Have",
        "Is",
        "Are",
        "Was",
        "Were",
        "Will",
        "May",
        "Can",
        "Could",
        "Should",
        "Would",
        "Who",
        "Which",
        "What",
        "Where",
        "Why",
        "How",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Europe",
        "Asia",
        "Africa",
        "America",
        "Americas",
        "Api",
        "Web",
        "Mobile",
        "App",
        "Apps",
        "Login",
        "Checkout",
        "Payments",
        "Search",
        "Access",
        "Hub",
        "Area",
        "Zone",
        "Id",
        "Portal",
        "Group",
        "Plan",
        "Pro",
        "Plus",
        "Premium",
        "Enterprise",
        "Business",
        "Basic",
        "Standard",
        "Edition",
    ]
)
SURNAME = Late(r" [A-Z][\w'-]{1,20}")
PLACE_AFTER = Late(
    r" (?:Springs|City|Falls|Beach|Island|Islands|Street|Road|Avenue|Bay|Park|Lake|River|County|Airport|Station|Square|Bridge|Hill|Hills|Valley|Town|Village|Campus|Hospital|University|School|Arena|Stadium)\b"
)
"""Words after a name that make it a place."""
